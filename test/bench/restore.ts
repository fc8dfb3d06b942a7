/**
 * Row 6 of the table of performance: node test/bench/restore.ts [--times N] [--megabytes N]
 * A restore end to end (plan, unpacking, pg_restore, checks, analyze, swap) against createdb and pg_restore -j2 from a
 * plain directory dump, in turn on the same cluster.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { instanceOf } from '../support/catalog-rows.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import { createTestWorker } from '../support/restore-runs.ts';

export interface RestoreBenchOptions {
  /** For the plain dump; of our own. */
  folder: string;
  times: number;
  /** Size of the database as COPY text, about. */
  megabytes: number;
  note(text: string): void;
}

/** A line of the common table of figures. */
export interface RestoreBenchResult {
  row: string;
  work: string;
  ours: string;
  peer: string;
  value: number;
  target: { atMost: number };
  note: string;
}

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

/** @returns seconds */
function plainRestore(cluster: TestCluster, directory: string): number {
  const { host, port, user } = cluster.settings('postgres');
  const env = { ...process.env, PGHOST: host, PGPORT: String(port), PGUSER: user };
  const program = (name: string): string => join(cluster.binDirectory, name);
  const begun = performance.now();
  execFileSync(program('createdb'), ['-T', 'template0', 'plain'], { env });
  execFileSync(program('pg_restore'), ['-j2', '-d', 'plain', directory], { env });
  const seconds = (performance.now() - begun) / 1000;
  execFileSync(program('dropdb'), ['plain'], { env });
  return seconds;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

export async function benchRestore(options: RestoreBenchOptions): Promise<RestoreBenchResult[]> {
  const { folder, times, megabytes, note } = options;
  const cluster = await startTestCluster({ settings: { fsync: 'on', max_wal_size: '4GB' } });
  const worker = await createTestWorker();
  try {
    await cluster.psql('postgres', 'create database source');
    await cluster.psql('source', fill(Math.ceil((megabytes * 1_000_000) / BYTES_PER_ROW)));
    const instance = instanceOf(cluster, 1);
    const dump = await worker.dump(instance, 'source');
    if (dump.outcome !== 'ok') throw new Error(dump.message ?? dump.outcome);
    note(`${Math.round((dump.raw_bytes ?? 0) / 1e6)} MB of COPY text`);
    const { host, port, user } = cluster.settings('source');
    const env = { ...process.env, PGHOST: host, PGPORT: String(port), PGUSER: user };
    const directory = join(folder, 'plain');
    execFileSync(join(cluster.binDirectory, 'pg_dump'), ['-Fd', '-Z0', '-j2', '-f', directory, 'source'], { env });
    const [ours, peer]: [number[], number[]] = [[], []];
    for (let time = 0; time < times; time += 1) {
      const begun = performance.now();
      const result = await worker.restore(dump.uuid, instance, 'ours', { parallel: 2 });
      ours.push((performance.now() - begun) / 1000);
      if (result.outcome !== 'ok') throw new Error(result.message ?? result.warnings.join());
      await cluster.psql('postgres', 'drop database ours');
      peer.push(plainRestore(cluster, directory));
      note(`ours ${ours.at(-1)?.toFixed(2)} s, plain ${peer.at(-1)?.toFixed(2)} s`);
    }
    return [
      {
        row: '6',
        work: 'restore end to end',
        ours: `${median(ours).toFixed(2)} s`,
        peer: `${median(peer).toFixed(2)} s (createdb, pg_restore -j2)`,
        value: median(ours) / median(peer),
        target: { atMost: 1 },
        note: '',
      },
    ];
  } finally {
    await Promise.all([worker.remove(), cluster.remove()]);
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { times: { type: 'string', default: '3' }, megabytes: { type: 'string', default: '640' } },
  });
  const folder = mkdtempSync(join(tmpdir(), 'pgsnapman-bench-'));
  const note = (text: string): void => void process.stderr.write(`${text}\n`);
  try {
    const results = await benchRestore({
      folder,
      times: Number(values.times),
      megabytes: Number(values.megabytes),
      note,
    });
    process.stdout.write(`${JSON.stringify(results, null, 1)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
