// Rows 6 (a restore end to end) and 16 (a copy: dump, restore on another instance, checks, rename).
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { instanceOf } from '../../support/catalog-rows.ts';
import type { TestCluster } from '../../support/clusters.ts';
import { createTestWorker, type TestWorker } from '../../support/restore-runs.ts';
import { isInstalled } from '../measure.ts';
import type { BenchContext, Result } from '../result.ts';
import { startBenchCluster } from './databases.ts';

/** About 110 bytes a row with its share of the second table. */
const BYTES_PER_ROW = 110;

function fill(rows: number): string {
  return `
    create table customer (id int primary key, name text, mail text unique);
    insert into customer select i, 'customer ' || i, md5(i::text) || '@example.org' from generate_series(1, ${Math.ceil(rows / 20)}) i;
    create table orders (id bigint primary key, customer int references customer, at timestamptz, amount numeric(12, 2), note text);
    insert into orders select i, 1 + i % ${Math.ceil(rows / 20)}, timestamptz '2026-01-01' + i * interval '1 second', i % 9973 / 7.0,
      repeat(md5(i::text), 1 + i % 3) from generate_series(1, ${rows}) i;
    create index on orders (customer); create index on orders (at); analyze`;
}

/** Seconds of a piece of work. */
async function timed(work: () => unknown): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** The programs of Postgres, run against one cluster. */
function programsOf(cluster: TestCluster): (name: string, ...args: string[]) => void {
  const { host, port, user } = cluster.settings('postgres');
  const env = { ...process.env, PGHOST: host, PGPORT: String(port), PGUSER: user };
  return (name, ...args) => void execFileSync(join(cluster.binDirectory, name), args, { env, stdio: 'ignore' });
}

/** A database of `megabytes` MB as COPY text called `source`, another cluster, and a worker that works on both. */
async function withDatabase(
  { megabytes, note }: BenchContext,
  work: (place: { source: TestCluster; target: TestCluster; worker: TestWorker }) => Promise<Result>,
): Promise<Result> {
  // Both sides write to the disk as on a real server.
  const source = await startBenchCluster({ fsync: 'on' });
  const target = await startBenchCluster({ fsync: 'on' });
  const worker = await createTestWorker();
  try {
    await source.psql('postgres', 'create database source');
    await source.psql('source', fill(Math.ceil((megabytes * 1_000_000) / BYTES_PER_ROW)));
    note(`${megabytes} MB are there`);
    return await work({ source, target, worker });
  } finally {
    await Promise.all([worker.remove(), source.remove(), target.remove()]);
  }
}

async function dumped(worker: TestWorker, source: TestCluster): Promise<string> {
  const dump = await worker.dump(instanceOf(source, 1), 'source', { parallel: 2 });
  if (dump.outcome !== 'ok') throw new Error(dump.message ?? dump.outcome);
  return dump.uuid;
}

async function restored(worker: TestWorker, uuid: string, target: TestCluster): Promise<void> {
  const result = await worker.restore(uuid, instanceOf(target, 2), 'ours', { parallel: 2 });
  if (result.outcome !== 'ok') throw new Error(result.message ?? result.warnings.join());
}

export async function restore(context: BenchContext): Promise<Result[]> {
  return [
    await withDatabase(context, async ({ source, target, worker }) => {
      const uuid = await dumped(worker, source);
      const directory = join(context.folder, 'plain');
      programsOf(source)('pg_dump', '-Fd', '-Z0', '-j2', '-f', directory, 'source');
      const run = programsOf(target);
      const [ours, plain]: [number[], number[]] = [[], []];
      for (let time = 0; time < context.times; time += 1) {
        ours.push(await timed(() => restored(worker, uuid, target)));
        run('dropdb', 'ours');
        plain.push(
          await timed(() => {
            run('createdb', '-T', 'template0', 'plain');
            run('pg_restore', '-j2', '-d', 'plain', directory);
          }),
        );
        run('dropdb', 'plain');
        context.note(`ours ${ours.at(-1)?.toFixed(2)} s, plain ${plain.at(-1)?.toFixed(2)} s`);
      }
      return result('6', 'restore end to end', ours, { 'createdb, pg_restore -j2': plain });
    }),
  ];
}

export async function copy(context: BenchContext): Promise<Result[]> {
  return [
    await withDatabase(context, async ({ source, target, worker }) => {
      const run = programsOf(target);
      const peers: Record<string, number[]> = { 'pg_dump -Fd -Z0 -j2, pg_restore -j2': [] };
      if (isInstalled('pgcopydb')) peers['pgcopydb clone'] = [];
      const ours: number[] = [];
      for (let time = 0; time < context.times; time += 1) {
        ours.push(await timed(async () => restored(worker, await dumped(worker, source), target)));
        run('dropdb', 'ours');
        for (const [name, seconds] of Object.entries(peers)) {
          const copyBy = name.startsWith('pgcopydb') ? clone : dumpAndRestore;
          seconds.push(await timed(() => copyBy(source, target, context.folder)));
          run('dropdb', 'plain');
        }
        context.note(`ours ${ours.at(-1)?.toFixed(2)} s, others ${JSON.stringify(Object.values(peers))}`);
      }
      return result('16', 'copy to another instance end to end', ours, peers);
    }),
  ];
}

function dumpAndRestore(source: TestCluster, target: TestCluster, folder: string): void {
  const directory = join(folder, 'copy');
  programsOf(source)('pg_dump', '-Fd', '-Z0', '-j2', '-f', directory, 'source');
  programsOf(target)('createdb', '-T', 'template0', 'plain');
  programsOf(target)('pg_restore', '-j2', '-d', 'plain', directory);
  rmSync(directory, { recursive: true });
}

function clone(source: TestCluster, target: TestCluster, folder: string): void {
  programsOf(target)('createdb', '-T', 'template0', 'plain');
  const jobs = ['--table-jobs', '2', '--index-jobs', '2', '--dir', join(folder, 'pgcopydb'), '--restart'];
  const from = ['--source', source.url('source'), '--target', target.url('plain')];
  execFileSync('pgcopydb', ['clone', ...from, ...jobs, '--no-owner', '--skip-large-objects'], { stdio: 'ignore' });
}

/** The quickest of the others counts. */
function result(row: string, work: string, ours: number[], peers: Record<string, number[]>): Result {
  const others = Object.entries(peers).map(([name, seconds]) => ({ name, seconds: median(seconds) }));
  const best = others.toSorted((a, b) => a.seconds - b.seconds)[0] ?? { name: '', seconds: Number.NaN };
  return {
    row,
    work,
    ours: `${median(ours).toFixed(2)} s`,
    peer: `${best.seconds.toFixed(2)} s (${best.name})`,
    value: median(ours) / best.seconds,
    target: { atMost: 1 },
    note: others.map(({ name, seconds }) => `${name} ${seconds.toFixed(2)} s`).join('; '),
  };
}
