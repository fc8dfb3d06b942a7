// Compares parameters of the chunk store over simulated days; prints a table as Markdown.
// node test/bench/repository-parameters.ts [days] [rows] [work folder]
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { StoreParameters } from '../../src/core/repository/parameters.ts';
import { createRepository } from '../../src/worker/repository/chunk-repository.ts';
import { SampleTable } from '../support/sample-tables.ts';
import { storeDump } from '../support/store-dump.ts';

const days = Number(process.argv[2] ?? 30);
const rows = Number(process.argv[3] ?? 400_000);
const work = process.argv[4] ?? join(tmpdir(), 'pgsnapman-bench-parameters');

/** What happens to the table between two dumps. */
const CHANGES: Record<string, (table: SampleTable, day: number) => void> = {
  'append 1 %': (table) => table.append(rows / 100),
  'update 1 %, append 1 %': (table) => {
    table.update(0.01);
    table.append(rows / 100);
  },
  'the same, all rows rewritten each 10th day': (table, day) => {
    table.update(0.01);
    table.append(rows / 100);
    if (day % 10 === 5) table.rewrite();
  },
};

const small = { min_chunk: 16 * 1024, cut_bits: 14 };
const large = { min_chunk: 64 * 1024, cut_bits: 16 };
const VARIANTS: Record<string, Partial<StoreParameters>> = {
  'as chosen': {},
  'depth 1': { max_depth: 1 },
  'depth 4': { max_depth: 4 },
  'depth 16': { max_depth: 16 },
  'depth 32': { max_depth: 32 },
  'blocks of 512 KiB': { block: 1 << 19 },
  'blocks of 1 MiB': { block: 1 << 20 },
  'blocks of 2 MiB': { block: 1 << 21 },
  'blocks of 8 MiB': { block: 1 << 23 },
  'chunks of 32 KiB': small,
  'chunks of 128 KiB': large,
  '2 features': { features: 2 },
  '8 features': { features: 8 },
};

const chosen = process.argv[5]?.split(',');
mkdirSync(work, { recursive: true });
console.log(
  '| change | variant | first | day 1 | median | worst | last | all | of gzip | CPU s to write | read MB/s | recover.sh MB/s |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (const [change, evolve] of Object.entries(CHANGES)) {
  const gzipBytes = makeDays(evolve);
  for (const [variant, parameters] of Object.entries(VARIANTS)) {
    if (chosen !== undefined && !chosen.includes(variant)) continue;
    console.log(await measure(change, variant, parameters, gzipBytes));
  }
}
rmSync(work, { recursive: true, force: true });

function dayFile(day: number): string {
  return join(work, `${day}.dat`);
}

/** Writes the table of each day; returns the size of all as gzip dumps, estimated from the first and the last. */
function makeDays(evolve: (table: SampleTable, day: number) => void): number {
  const table = new SampleTable(7);
  table.append(rows);
  let gzip = 0;
  for (let day = 0; day <= days; day += 1) {
    const bytes = table.bytes();
    writeFileSync(dayFile(day), bytes);
    if (day === 0 || day === days) gzip += gzipSync(bytes, { level: 6 }).length;
    evolve(table, day);
  }
  return (gzip / 2) * (days + 1);
}

async function measure(change: string, variant: string, parameters: Partial<StoreParameters>, gzip: number) {
  const directory = join(work, 'repository');
  rmSync(directory, { recursive: true, force: true });
  const repository = await createRepository(directory, parameters);
  const added: number[] = [];
  let uuid = '';
  let raw = 0;
  const begun = process.cpuUsage();
  for (let day = 0; day <= days; day += 1) {
    const manifest = await storeDump(repository, { '1.dat': { file: dayFile(day) } });
    added.push(manifest.new_bytes);
    uuid = manifest.uuid;
    raw = manifest.raw_bytes;
  }
  const cpu = process.cpuUsage(begun);
  const written = performance.now();
  const out = join(work, 'out');
  await repository.materialize(uuid, out);
  const read = performance.now();
  await repository.close();
  rmSync(out, { recursive: true });
  const folder = readdirSync(join(directory, 'dumps')).sort().at(-1) ?? '';
  const recovering = performance.now();
  execFileSync('sh', [join(directory, 'recover.sh'), folder, out], { stdio: 'ignore' });
  const recovered = performance.now();
  if (!existsSync(join(out, '1.dat'))) throw new Error('nothing was recovered');
  rmSync(out, { recursive: true });
  rmSync(`${out}.globals.sql`);
  const daily = added.slice(1).sort((a, b) => a - b);
  const all = added.reduce((sum, bytes) => sum + bytes, 0);
  const mb = (bytes: number | undefined) => ((bytes ?? 0) / 1e6).toFixed(2);
  const rate = (ms: number) => (raw / 1e3 / ms).toFixed(0);
  const sizes = [added[0], added[1], daily[Math.floor(daily.length / 2)], daily.at(-1), added.at(-1), all].map(mb);
  const times = [((cpu.user + cpu.system) / 1e6).toFixed(1), rate(read - written), rate(recovered - recovering)];
  return `| ${[change, variant, ...sizes, `${((100 * all) / gzip).toFixed(1)} %`, ...times].join(' | ')} |`;
}
