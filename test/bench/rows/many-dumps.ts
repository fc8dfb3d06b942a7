// Row 13, and how cost grows with the number of dumps: a database of 200 small tables of which five change a day.
import { join } from 'node:path';
import { createRepository } from '../../../src/worker/repository/chunk-repository.ts';
import type { Repository } from '../../../src/worker/repository/repository.ts';
import { SampleTable } from '../../support/sample-tables.ts';
import { storeDump } from '../../support/store-dump.ts';
import { treeBytes } from '../measure.ts';
import type { BenchContext, Result } from '../result.ts';

const TABLES = 200;
const GONE = 10;

interface Costs {
  add: number;
  remove: number;
  prune: number;
}

export async function manyDumps(context: BenchContext): Promise<Result[]> {
  const most = Number(process.env.PGSNAPMAN_BENCH_DUMPS ?? 1000);
  const directory = join(context.folder, 'many');
  const repository = await createRepository(directory);
  const tables = Array.from({ length: TABLES }, (_, i) => {
    const table = new SampleTable(i + 10);
    table.append(100);
    return table;
  });
  const uuids: string[] = [];
  const results: Result[] = [];
  let few: Costs | null = null;
  for (let number = 1; number <= most; number += 1) {
    const files = Object.fromEntries(tables.map((table, i) => [`${i + 1}.dat`, table.bytes()]));
    const begun = performance.now();
    uuids.push((await storeDump(repository, files)).uuid);
    const add = performance.now() - begun;
    for (let i = 0; i < 5; i += 1) tables[(number * 7 + i * 31) % TABLES]?.append(1);
    if (number !== most && number !== most / 10) continue;
    const costs = { add, ...(await removeSome(repository, uuids)) };
    results.push(...resultsOf(number, costs, few, treeBytes(directory)));
    few ??= costs;
  }
  await repository.close();
  return results;
}

async function removeSome(repository: Repository, uuids: string[]): Promise<Omit<Costs, 'add'>> {
  const begun = performance.now();
  for (const uuid of uuids.splice(3, GONE)) await repository.remove(uuid);
  const removed = performance.now();
  await repository.prune();
  return { remove: (removed - begun) / GONE, prune: performance.now() - removed };
}

function resultsOf(dumps: number, costs: Costs, few: Costs | null, bytes: number): Result[] {
  const row = (name: keyof Costs, work: string): Result => ({
    row: '13',
    work: `${dumps} dumps of ${TABLES} tables (${(bytes / 1e6).toFixed(1)} MB): ${work}`,
    ours: `${costs[name].toFixed(0)} ms`,
    peer: few === null ? '' : `${few[name].toFixed(0)} ms with a tenth of the dumps`,
    value: few === null ? null : costs[name] / few[name],
    target: null,
    note: '',
  });
  return [row('add', 'one more'), row('remove', 'removing one'), row('prune', `pruning after ${GONE} went`)];
}
