// Row 5c: thirty simulated days of three kinds of change. ../repository-parameters.ts compares parameters with it.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { StoreParameters } from '../../../src/core/repository/parameters.ts';
import { createRepository } from '../../../src/worker/repository/chunk-repository.ts';
import { SampleTable } from '../../support/sample-tables.ts';
import { storeDump } from '../../support/store-dump.ts';
import { run } from '../measure.ts';
import type { BenchContext, Result } from '../result.ts';

/** What happens to a table of so many rows between two dumps. */
export const CHANGES: Record<string, (table: SampleTable, day: number, rows: number) => void> = {
  'append 1 %': (table, _day, rows) => table.append(rows / 100),
  'update 1 %, append 1 %': (table, _day, rows) => {
    table.update(0.01);
    table.append(rows / 100);
  },
  'the same, all rows rewritten each 10th day': (table, day, rows) => {
    table.update(0.01);
    table.append(rows / 100);
    if (day % 10 === 5) table.rewrite();
  },
};

/** The data file of a table on each of some days. */
export interface Days {
  files: string[];
  /** All of them as gzip dumps, estimated from the first and the last. */
  gzipBytes: number;
}

export function makeDays(change: string, days: number, rows: number, folder: string): Days {
  const table = new SampleTable(7);
  table.append(rows);
  const files: string[] = [];
  let gzip = 0;
  for (let day = 0; day <= days; day += 1) {
    const bytes = table.bytes();
    files.push(join(folder, `day-${day}.dat`));
    writeFileSync(files.at(-1) as string, bytes);
    if (day === 0 || day === days) gzip += gzipSync(bytes, { level: 6 }).length;
    CHANGES[change]?.(table, day, rows);
  }
  return { files, gzipBytes: (gzip / 2) * (days + 1) };
}

export interface Stored {
  /** Bytes that each day added, the first dump included. */
  added: number[];
  cpuSeconds: number;
  /** MB of raw data a second. */
  readRate: number;
  recoverRate: number;
}

/** Stores the days one after the other, and reads the last one back in both ways. */
export async function storeDays(days: Days, parameters: Partial<StoreParameters>, folder: string): Promise<Stored> {
  const directory = join(folder, 'repository');
  const out = join(folder, 'out');
  rmSync(directory, { recursive: true, force: true });
  const repository = await createRepository(directory, parameters);
  const added: number[] = [];
  let last = { uuid: '', raw: 0 };
  const begun = process.cpuUsage();
  for (const file of days.files) {
    const manifest = await storeDump(repository, { '1.dat': { file } });
    added.push(manifest.new_bytes);
    last = { uuid: manifest.uuid, raw: manifest.raw_bytes };
  }
  const { user, system } = process.cpuUsage(begun);
  const reading = performance.now();
  await repository.materialize(last.uuid, out);
  const readMs = performance.now() - reading;
  await repository.close();
  rmSync(out, { recursive: true });
  const dump = readdirSync(join(directory, 'dumps')).sort().at(-1) as string;
  const { seconds } = run(['sh', join(directory, 'recover.sh'), dump, out]);
  for (const path of [out, `${out}.globals.sql`]) rmSync(path, { recursive: true });
  return {
    added,
    cpuSeconds: (user + system) / 1e6,
    readRate: last.raw / 1e3 / readMs,
    recoverRate: last.raw / 1e6 / seconds,
  };
}

export async function changeKinds(context: BenchContext): Promise<Result[]> {
  const rows = Math.round((context.megabytes * 1e6) / 84 / 16);
  const results: Result[] = [];
  for (const change of Object.keys(CHANGES)) {
    const days = makeDays(change, 30, rows, context.folder);
    const { added } = await storeDays(days, {}, context.folder);
    const all = added.reduce((sum, bytes) => sum + bytes, 0);
    const daily = added.slice(1).sort((a, b) => a - b);
    const mb = (bytes = 0) => (bytes / 1e6).toFixed(2);
    results.push({
      row: '5c',
      work: `30 days: ${change}; gzip dumps`,
      ours: `${mb(all)} MB`,
      peer: `${mb(days.gzipBytes)} MB`,
      value: all / days.gzipBytes,
      target: null,
      note: `MB: first ${mb(added[0])}, a day ${mb(daily[0])} to ${mb(daily.at(-1))}, median ${mb(daily[daily.length >> 1])}`,
    });
  }
  return results;
}
