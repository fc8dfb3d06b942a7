// Measures the repository alone (rows 3, 4, 5, 5b, 7 and 13 of the performance table, and how it grows with dumps).
// node test/bench/repository.ts [megabytes of the table] [days]; peers that are not installed are skipped.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createRepository } from '../../src/worker/repository/chunk-repository.ts';
import { SampleTable } from '../support/sample-tables.ts';
import { storeDump } from '../support/store-dump.ts';

const megabytes = Number(process.argv[2] ?? 300);
const days = Number(process.argv[3] ?? 10);
const work = mkdtempSync(join(tmpdir(), 'pgsnapman-bench-'));
const staging = join(work, 'dump');
const rows = Math.round((megabytes * 1e6) / 84);

interface Row {
  row: string;
  work: string;
  ours: string;
  peer: string;
  ratio: string;
  target: string;
}
const results: Row[] = [];
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;

try {
  await dailyDumps();
  await manyDumps();
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log('| # | work | ours | peer | ratio | target |\n| --- | --- | --- | --- | --- | --- |');
for (const r of results) console.log(`| ${r.row} | ${r.work} | ${r.ours} | ${r.peer} | ${r.ratio} | ${r.target} |`);
console.log(JSON.stringify(results));

function report(
  row: string,
  name: string,
  ours: number,
  peer: number | null,
  show: (n: number) => string,
  target: string,
) {
  const ratio = peer === null ? '–' : (ours / peer).toFixed(3);
  results.push({
    row,
    work: name,
    ours: show(ours),
    peer: peer === null ? 'not installed' : show(peer),
    ratio,
    target,
  });
}

function treeBytes(path: string): number {
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** Runs restic; null when it is not there. */
function restic(...args: string[]): number | null {
  const env = { ...process.env, RESTIC_PASSWORD: 'x', RESTIC_REPOSITORY: join(work, 'restic') };
  const begun = performance.now();
  const result = spawnSync('restic', ['--no-cache', '-q', ...args], { env, stdio: 'ignore' });
  return result.error === undefined ? performance.now() - begun : null;
}

async function dailyDumps(): Promise<void> {
  const table = new SampleTable(1);
  table.append(rows);
  const fixed = new SampleTable(2);
  fixed.append(Math.round(rows / 4));
  const directory = join(work, 'repository');
  const repository = await createRepository(directory);
  const hasRestic = restic('init') !== null;
  mkdirSync(staging);
  writeFileSync(join(staging, '2.dat'), fixed.bytes());
  const ourTimes: number[] = [];
  const resticTimes: (number | null)[] = [];
  const added: number[] = [];
  let gzipBytes = 0;
  let gzipLast = 0;
  for (let day = 0; day < days; day += 1) {
    const bytes = table.bytes();
    writeFileSync(join(staging, '1.dat'), bytes);
    if (day === 0 || day === days - 1) {
      gzipLast = gzipSync(bytes, { level: 6 }).length + gzipSync(fixed.bytes(), { level: 6 }).length;
      gzipBytes += (gzipLast * days) / 2;
    }
    const begun = performance.now();
    const files = { '1.dat': { file: join(staging, '1.dat') }, '2.dat': { file: join(staging, '2.dat') } };
    const manifest = await storeDump(repository, files);
    ourTimes.push(performance.now() - begun);
    added.push(manifest.new_bytes);
    resticTimes.push(hasRestic ? restic('backup', staging) : null);
    if (day === 0 || day === days - 1) recoverSpeed(directory, day, manifest.raw_bytes);
    table.update(0.01);
    table.append(Math.round(rows / 100));
  }
  report(
    '3',
    'taking a directory dump in, first',
    ourTimes[0] as number,
    resticTimes[0] as number | null,
    seconds,
    '≤ 0.45',
  );
  const median = (times: (number | null)[]) => times.slice(1).sort((a, b) => (a ?? 0) - (b ?? 0))[days >> 1] ?? null;
  report('3', 'the same, next days (median)', median(ourTimes) as number, median(resticTimes), seconds, '≤ 0.45');
  const ours = treeBytes(join(directory, 'packs')) + treeBytes(join(directory, 'dumps'));
  report('4', `${days} daily dumps, bytes`, ours, hasRestic ? treeBytes(join(work, 'restic')) : null, mb, '≤ 0.20');
  report('5', 'the same against gzip dumps', ours, gzipBytes, mb, '≤ 0.14');
  report('5b', 'what the last day adds', added.at(-1) as number, gzipLast, mb, '≤ 0.04');
  report('–', 'peak memory', process.resourceUsage().maxRSS * 1024, null, mb, '');
  await repository.close();
}

function recoverSpeed(directory: string, day: number, raw: number): void {
  const out = join(work, 'recovered');
  const dump = readdirSync(join(directory, 'dumps')).sort().at(-1) as string;
  const begun = performance.now();
  execFileSync('sh', [join(directory, 'recover.sh'), dump, out], { stdio: 'ignore' });
  const rate = raw / 1e3 / (performance.now() - begun);
  rmSync(out, { recursive: true });
  rmSync(`${out}.globals.sql`);
  const ours = `${rate.toFixed(0)} MB/s`;
  results.push({ row: '7', work: `recover.sh, dump ${day + 1}`, ours, peer: '', ratio: '', target: '≥ 20 MB/s' });
}

/** Many dumps of 200 small tables of which a few change: what one more, a removal and a pruning cost. */
async function manyDumps(): Promise<void> {
  const most = Number(process.env.PGSNAPMAN_BENCH_DUMPS ?? 1000);
  const repository = await createRepository(join(work, 'many'));
  const tables = Array.from({ length: 200 }, (_, i) => {
    const table = new SampleTable(i + 10);
    table.append(100);
    return table;
  });
  const uuids: string[] = [];
  for (let number = 1; number <= most; number += 1) {
    const files = Object.fromEntries(tables.map((table, i) => [`${i + 1}.dat`, table.bytes()]));
    const begun = performance.now();
    const manifest = await storeDump(repository, files);
    const took = performance.now() - begun;
    uuids.push(manifest.uuid);
    for (let i = 0; i < 5; i += 1) tables[(number * 7 + i * 31) % 200]?.append(1);
    if (number !== most && number !== most / 10) continue;
    const removing = performance.now();
    for (const uuid of uuids.splice(3, 10)) await repository.remove(uuid);
    const pruning = performance.now();
    await repository.prune();
    const pruned = performance.now();
    const stored = treeBytes(join(work, 'many'));
    const ours = `add ${seconds(took)}, remove 10 ${seconds(pruning - removing)}, prune ${seconds(pruned - pruning)}, ${mb(stored)}`;
    results.push({
      row: '13',
      work: `${number} dumps of 200 tables`,
      ours,
      peer: '',
      ratio: '',
      target: 'as what goes',
    });
  }
  await repository.close();
}
