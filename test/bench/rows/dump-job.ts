// Rows 1 and 2 (a dump job end to end), 10 (its memory) and 14 (many small tables).
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestCluster } from '../../support/clusters.ts';
import { bundleChild } from '../bundle.ts';
import { inTurn, run, type Taken } from '../measure.ts';
import { type BenchContext, compared, megabytes, type Result } from '../result.ts';
import { bulkDatabase, nextDay, startBenchCluster } from './databases.ts';

interface Dumped {
  outcome: string;
  message: string | null;
  raw: number;
  added: number;
  peakBytes: number;
}

/** Dumps of one cluster: ours into repositories below the context's folder, and pg_dump's alone. */
class Dumping {
  readonly #context: BenchContext;
  readonly #program: string;
  readonly #pgDump: string;

  constructor(context: BenchContext, program: string, cluster: TestCluster) {
    this.#context = context;
    this.#program = program;
    this.#pgDump = join(cluster.binDirectory, 'pg_dump');
  }

  ours(repository: string, url: string): Taken & Dumped {
    const staging = join(this.#context.folder, 'staging');
    mkdirSync(staging, { recursive: true });
    const taken = run([process.execPath, this.#program, repository, staging, url, '2']);
    const dumped: Dumped = JSON.parse(taken.stdout);
    if (dumped.outcome !== 'ok') throw new Error(dumped.message ?? dumped.outcome);
    return { ...taken, ...dumped };
  }

  /** Into a copy of a repository, so that each time the same is there; null: into a new one. */
  oursOnto(before: string | null, url: string): Taken & Dumped {
    const repository = join(this.#context.folder, 'repository');
    rmSync(repository, { recursive: true, force: true });
    if (before !== null) cpSync(before, repository, { recursive: true });
    return this.ours(repository, url);
  }

  peer(url: string): Taken {
    const out = join(this.#context.folder, 'peer');
    if (existsSync(out)) rmSync(out, { recursive: true });
    return run([this.#pgDump, '-Fd', '-Z6', '-j2', '-f', out, '-d', url]);
  }
}

async function dumping<T>(
  context: BenchContext,
  settings: Record<string, number>,
  work: (dumping: Dumping, cluster: TestCluster) => Promise<T>,
): Promise<T> {
  const program = await bundleChild('dump-job', context.folder);
  const cluster = await startBenchCluster(settings);
  try {
    return await work(new Dumping(context, program, cluster), cluster);
  } finally {
    await cluster.remove();
  }
}

export function dumpJob(context: BenchContext): Promise<Result[]> {
  return dumping(context, {}, async (dumps, cluster) => {
    const url = await bulkDatabase(cluster, 'bulk', context.megabytes);
    const first = await inTurn(
      context.times,
      () => dumps.oursOnto(null, url),
      () => dumps.peer(url),
    );
    const before = join(context.folder, 'day-1');
    const { raw } = dumps.ours(before, url);
    nextDay(url);
    const second = await inTurn(
      context.times,
      () => dumps.oursOnto(before, url),
      () => dumps.peer(url),
    );
    const size = megabytes(raw);
    return [
      compared('1', `dump job, first dump, ${size}; pg_dump -Fd -Z6 -j2`, first.ours, first.peer, 0.6),
      compared('2', 'dump job, next day, 1 % changed; the same', second.ours, second.peer, 0.5),
    ];
  });
}

export function memory(context: BenchContext): Promise<Result[]> {
  return dumping(context, {}, async (dumps, cluster) => {
    const small = await bulkDatabase(cluster, 'small', context.megabytes / 10);
    const large = await bulkDatabase(cluster, 'large', context.megabytes);
    const results: Result[] = [];
    const onto = (name: string) => join(context.folder, name);
    for (const day of ['first dump', 'next day']) {
      const [a, b] = [dumps.ours(onto('small'), small), dumps.ours(onto('large'), large)];
      results.push({
        row: '10',
        work: `peak memory, ${day}, ${megabytes(b.raw)}; ${megabytes(a.raw)}`,
        ours: megabytes(b.peakBytes),
        peer: megabytes(a.peakBytes),
        value: b.peakBytes / a.peakBytes,
        target: { atMost: 1.2 },
        note: '',
      });
      nextDay(small);
      nextDay(large);
    }
    return results;
  });
}

export function manyTables(context: BenchContext): Promise<Result[]> {
  const count = Number(process.env.PGSNAPMAN_BENCH_TABLES ?? 10_000);
  return dumping(context, { max_locks_per_transaction: 512 }, async (dumps, cluster) => {
    await cluster.psql('postgres', 'create database many');
    for (let from = 1; from <= count; from += 1000) {
      await cluster.psql(
        'many',
        `do $$ begin for i in ${from}..${Math.min(from + 999, count)} loop
           execute format('create table t%s (id int primary key, name text not null, at timestamptz default now())', i);
           execute format('insert into t%s select n, md5(n::text) from generate_series(1, 20) as n', i);
         end loop; end $$`,
      );
    }
    const url = cluster.url('many');
    const { ours, peer } = await inTurn(
      context.times,
      () => dumps.oursOnto(null, url),
      () => dumps.peer(url),
    );
    return [compared('14', `dump job, ${count} small tables; pg_dump -Fd -Z6 -j2`, ours, peer, 1.2)];
  });
}
