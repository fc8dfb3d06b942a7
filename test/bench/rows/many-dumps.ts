// Row 13, and how cost grows with the number of dumps: a database of 200 small tables of which five change a day.
import { join } from 'node:path';
import { createRepository } from '../../../src/worker/repository/chunk-repository.ts';
import type { Repository } from '../../../src/worker/repository/repository.ts';
import { SampleTable, writeFiles } from '../../support/sample-tables.ts';
import { storeDump } from '../../support/store-dump.ts';
import { treeBytes } from '../measure.ts';
import type { BenchContext, Result } from '../result.ts';

const TABLES = 200;
const GONE = 10;
/** The last so many dumps before a look are timed; the one in the middle counts. */
const TIMED = 5;

/** Milliseconds. */
interface Costs {
  add: number;
  remove: number;
  prune: number;
  list: number;
  status: number;
  check: number;
}

const WORK: Readonly<Record<keyof Costs, string>> = {
  add: 'one more dump',
  remove: 'removing one',
  prune: `pruning after ${GONE} went`,
  list: 'reading all manifests',
  status: 'status',
  check: 'check of the structure',
};

export async function manyDumps(context: BenchContext): Promise<Result[]> {
  const most = Number(process.env.PGSNAPMAN_BENCH_DUMPS ?? 1000);
  const looks = new Set([GONE * 2, most / 10, Math.round(most * 0.3), most]);
  const directory = join(context.folder, 'many');
  const repository = await createRepository(directory);
  const database = new Database(join(context.folder, 'files'));
  const uuids: string[] = [];
  const added: number[] = [];
  const results: Result[] = [];
  let tenth: Costs | null = null;
  for (let day = 1; uuids.length < most; day += 1) {
    const begun = performance.now();
    uuids.push((await storeDump(repository, database.files)).uuid);
    added.push(performance.now() - begun);
    database.change(day);
    if (!looks.delete(uuids.length)) continue;
    const dumps = uuids.length;
    const add = added.slice(-TIMED).sort((a, b) => a - b)[TIMED >> 1] as number;
    const costs = { add, ...(await look(repository)), ...(await removeSome(repository, uuids)) };
    results.push(...resultsOf(dumps, costs, tenth, treeBytes(directory)));
    if (dumps === most / 10) tenth = costs;
    if (dumps === most) break;
  }
  await repository.close();
  return results;
}

/** Files as pg_dump would write them; only what has changed is written again. */
class Database {
  readonly files: Record<string, { file: string }> = {};
  readonly #folder: string;
  readonly #tables: SampleTable[] = [];

  constructor(folder: string) {
    this.#folder = folder;
    for (let i = 0; i < TABLES; i += 1) {
      const table = new SampleTable(i + 10);
      table.append(100);
      this.#tables.push(table);
      this.#write(i, table);
    }
  }

  change(day: number): void {
    for (let i = 0; i < 5; i += 1) {
      const number = (day * 7 + i * 31) % TABLES;
      const table = this.#tables[number] as SampleTable;
      table.append(1);
      this.#write(number, table);
    }
  }

  #write(number: number, table: SampleTable): void {
    const name = `${number + 1}.dat`;
    writeFiles(this.#folder, { [name]: table.bytes() });
    this.files[name] = { file: join(this.#folder, name) };
  }
}

async function look(repository: Repository): Promise<Pick<Costs, 'list' | 'status' | 'check'>> {
  const times: number[] = [];
  for (const work of [() => repository.list(), () => repository.status(), () => repository.check()]) {
    const begun = performance.now();
    await work();
    times.push(performance.now() - begun);
  }
  const [list = 0, status = 0, check = 0] = times;
  return { list, status, check };
}

async function removeSome(repository: Repository, uuids: string[]): Promise<Pick<Costs, 'remove' | 'prune'>> {
  const begun = performance.now();
  for (const uuid of uuids.splice(3, GONE)) await repository.remove(uuid);
  const removed = performance.now();
  await repository.prune();
  return { remove: (removed - begun) / GONE, prune: performance.now() - removed };
}

function resultsOf(dumps: number, costs: Costs, tenth: Costs | null, bytes: number): Result[] {
  return (Object.keys(WORK) as (keyof Costs)[]).map((name) => ({
    row: '13',
    work: `${dumps} dumps of ${TABLES} tables (${(bytes / 1e6).toFixed(1)} MB): ${WORK[name]}`,
    ours: `${costs[name].toFixed(0)} ms`,
    peer: tenth === null ? '' : `${tenth[name].toFixed(0)} ms with a tenth of the dumps`,
    value: tenth === null ? null : costs[name] / tenth[name],
    target: null,
    note: '',
  }));
}
