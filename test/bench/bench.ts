/**
 * The table of performance: npm run bench [-- ROW…] [--times N] [--megabytes N] [--json FILE]
 * Every figure is a ratio of two things that run in turn on the same machine, or says of itself what it is. Without rows:
 * all of them, which takes most of an hour. Not part of the tests.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchContext, type Result, resultTable } from './result.ts';
import { changeKinds } from './rows/change-kinds.ts';
import { dailyDumps } from './rows/daily-dumps.ts';
import { dumpJob, manyTables, memory } from './rows/dump-job.ts';
import { hostile } from './rows/hostile.ts';
import { idleTick } from './rows/idle-tick.ts';
import { manyDumps } from './rows/many-dumps.ts';
import { manyJobsTick } from './rows/many-jobs-tick.ts';
import { pages } from './rows/pages.ts';
import { copy, restore } from './rows/restore.ts';
import { retentionPlan } from './rows/retention-plan.ts';

const GROUPS: { rows: string[]; measure(context: BenchContext): Promise<Result[]> }[] = [
  { rows: ['1', '2'], measure: dumpJob },
  { rows: ['3', '4', '5', '5b', '7'], measure: dailyDumps },
  { rows: ['5c'], measure: changeKinds },
  { rows: ['6'], measure: restore },
  { rows: ['8', '9'], measure: idleTick },
  { rows: ['8b', '8c'], measure: manyJobsTick },
  { rows: ['10'], measure: memory },
  { rows: ['11'], measure: retentionPlan },
  { rows: ['12'], measure: pages },
  { rows: ['13'], measure: manyDumps },
  { rows: ['14'], measure: manyTables },
  { rows: ['16'], measure: copy },
  { rows: ['hostile'], measure: hostile },
];
const KNOWN = GROUPS.flatMap((group) => group.rows);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    times: { type: 'string', default: '3' },
    megabytes: { type: 'string', default: '640' },
    json: { type: 'string' },
  },
});
const wanted = positionals.length === 0 ? KNOWN : positionals;
const unknown = wanted.filter((row) => !KNOWN.includes(row));
if (unknown.length > 0) {
  process.stderr.write(`there is no row ${unknown.join(', ')}; there are ${KNOWN.join(' ')}\n`);
  process.exit(2);
}

const results: Result[] = [];
for (const group of GROUPS.filter(({ rows }) => rows.some((row) => wanted.includes(row)))) {
  const folder = mkdtempSync(join(tmpdir(), 'pgsnapman-bench-'));
  const note = (text: string) => process.stderr.write(`${text}\n`);
  note(`rows ${group.rows.join(', ')} …`);
  try {
    const context = { folder, times: Number(values.times), megabytes: Number(values.megabytes), note };
    const found = await group.measure(context);
    results.push(...found.filter(({ row }) => wanted.includes(row)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.stdout.write(`${resultTable(results)}\n`);
const json = `${JSON.stringify(results, null, 1)}\n`;
if (values.json === undefined) process.stdout.write(json);
else writeFileSync(values.json, json);
