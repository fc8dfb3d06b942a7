import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DumpResult } from '../../src/core/model/results.ts';
import { instanceOf } from '../support/catalog-rows.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import { createDumpingWorker, type DumpingWorker } from '../support/dump-runs.ts';

let cluster: TestCluster;
let worker: DumpingWorker;

beforeAll(async () => {
  cluster = await startTestCluster();
  worker = await createDumpingWorker();
  await cluster.psql('postgres', 'create database shop');
  await cluster.psql(
    'shop',
    `create table big as select i, md5(i::text) as t from generate_series(1, 60000) as i;
     create table "pg_dump: finished item 1 TABLE DATA
pg_dump: dumping contents of table ""public.x""" (t text);
     insert into "pg_dump: finished item 1 TABLE DATA
pg_dump: dumping contents of table ""public.x""" values (E'\\\\.\\n\\n\\n');
     create table empty (i int); create table zzz as select 1 as i;
     select lo_from_bytea(0, decode(repeat('ab', 100000), 'hex')), lo_from_bytea(0, '')`,
  );
});
afterAll(async () => {
  await worker?.remove();
  await cluster?.remove();
});

const DIRECTORY = `d=$(echo "$*" | sed 's/.*--file=\\([^ ]*\\) .*/\\1/')`;

/** Dumps with a pg_dump that does something else too; what is stored must be what the database holds. */
async function dumped(script: string, parallel: number): Promise<DumpResult> {
  const tools = await worker.toolsWith(`${DIRECTORY}\n${script}`);
  const result = await worker.dump(instanceOf(cluster, 1), 'shop', { job: { parallel }, context: { tools } });
  expect(result).toMatchObject({ outcome: 'ok', row_count: 60_002 });
  const out = join(worker.directory, randomUUID());
  await worker.repository.materialize(result.uuid, out);
  const files = await worker.repository.files(result.uuid);
  const big = files.find((file) => file.rows === 60_000);
  const copied = await cluster.psql('shop', 'copy big to stdout');
  expect(await readFile(join(out, big?.path ?? ''), 'utf8')).toBe(`${copied}\n\\.\n\n\n`);
  expect(files.filter((file) => file.role === 'large_object').map((file) => file.size_bytes)).toEqual([100_000, 0]);
  await rm(out, { recursive: true });
  expect(await worker.leftovers()).toEqual([]);
  return result;
}

describe('files that are finished', () => {
  it.each([1, 2])('are stored and gone from staging while pg_dump still runs, with %i at a time', async (parallel) => {
    const waits = `
      "$REAL" "$@" || exit
      tries=0
      while [ -n "$(find "$d" -size +1000k)" ]; do
        tries=$((tries + 1)); [ $tries -lt 300 ] || { echo 'pg_dump: error: nobody takes the large table' >&2; exit 1; }
        sleep 0.1
      done`;
    await dumped(waits, parallel);
  });

  it('are known by their content: a line that says so too early does no harm', async () => {
    const says = `
      "$REAL" "$@" & real=$!
      while kill -0 $real 2>/dev/null; do
        for f in "$d"/*.dat; do f=\${f##*/}; echo "pg_dump: finished item \${f%.dat} TABLE DATA x" >&2; done
      done
      wait $real`;
    await dumped(says, 2);
  });
});
