// Compares parameters of the chunk store over simulated days; prints a table as Markdown.
// node test/bench/repository-parameters.ts [days] [rows] [variants, separated by commas]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoreParameters } from '../../src/core/repository/parameters.ts';
import { CHANGES, makeDays, storeDays } from './rows/change-kinds.ts';

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
  'chunks of 32 KiB': { min_chunk: 16 * 1024, cut_bits: 14 },
  'chunks of 128 KiB': { min_chunk: 64 * 1024, cut_bits: 16 },
  '2 features': { features: 2 },
  '8 features': { features: 8 },
};
const HEAD = ['change', 'variant', 'first', 'day 1', 'median', 'worst', 'last', 'all', 'of gzip'];

const dayCount = Number(process.argv[2] ?? 30);
const rows = Number(process.argv[3] ?? 400_000);
const chosen = process.argv[4]?.split(',') ?? Object.keys(VARIANTS);
const folder = mkdtempSync(join(tmpdir(), 'pgsnapman-bench-'));
const line = (cells: readonly (string | number)[]) => console.log(`| ${cells.join(' | ')} |`);
try {
  line([...HEAD, 'CPU s to write', 'read MB/s', 'recover.sh MB/s']);
  line(Array.from({ length: HEAD.length + 3 }, () => '---'));
  for (const change of Object.keys(CHANGES)) {
    const days = makeDays(change, dayCount, rows, folder);
    for (const variant of chosen) {
      const { added, cpuSeconds, readRate, recoverRate } = await storeDays(days, VARIANTS[variant] ?? {}, folder);
      const daily = added.slice(1).sort((a, b) => a - b);
      const all = added.reduce((sum, bytes) => sum + bytes, 0);
      const sizes = [added[0], added[1], daily[daily.length >> 1], daily.at(-1), added.at(-1), all];
      line([
        change,
        variant,
        ...sizes.map((bytes = 0) => (bytes / 1e6).toFixed(2)),
        `${((100 * all) / days.gzipBytes).toFixed(1)} %`,
        cpuSeconds.toFixed(1),
        readRate.toFixed(0),
        recoverRate.toFixed(0),
      ]);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
