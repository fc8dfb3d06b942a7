import { formatDuration } from '../../core/text/duration.ts';
import { formatBytes, formatCount } from '../../core/text/numbers.ts';
import { layoutTable, type TableColumn } from '../../core/text/table.ts';
import type { Context } from '../context.ts';
import type { DemoFolder } from './demo-folder.ts';
import type { DemoResults } from './main-job.ts';

const COLUMNS: readonly TableColumn[] = [
  { title: 'RUN' },
  { title: 'OUTCOME' },
  { title: 'ROWS', align: 'right' },
  { title: 'SIZE', align: 'right' },
  { title: 'NEW ON DISK', align: 'right' },
  { title: 'OF ITS SIZE', align: 'right' },
  { title: 'TOOK', align: 'right' },
];

/** Ends the demo: what was done as a table, what deduplication saved, and how to look at it. */
export function printSummary(context: Context, folder: DemoFolder, results: DemoResults, kept: boolean): void {
  const { output } = context;
  if (output.json) {
    output.result('', { directory: folder.path, configuration: folder.configurationFile, kept, ...results });
    return;
  }
  output.line('');
  const { cells } = layoutTable(COLUMNS, summaryRows(results), null);
  for (const line of cells) output.line(line.join('  ').trimEnd());
  output.line('');
  const { first, second } = results;
  output.line(
    `Of the ${formatBytes(second.raw_bytes ?? 0)} after the day of business only ${formatBytes(second.new_bytes ?? 0)} had to be stored; the first dump needed ${formatBytes(first.new_bytes ?? 0)}.`,
  );
  output.line('');
  // run by npm, the program is in nobody's PATH, and the Node there may be too old for it
  const program = context.around.env.npm_lifecycle_event === undefined ? 'pgsnapman' : 'npx pgsnapman';
  const command = `PGSNAPMAN_CONFIG=${shellWord(folder.configurationFile)} ${program}`;
  output.line(
    kept
      ? 'The clusters are running. The manager, full screen, on what was made; and the same by commands:'
      : 'The clusters are stopped; the catalog starts when it is asked. The manager, full screen, on what was made; and the same by commands:',
  );
  output.line(`  ${command}`);
  output.line(`  ${command} dump list`);
  output.line(`  ${command} restorelog list`);
  // the folder is named: it may not be the one that a demo uses by itself
  output.line(kept ? `  ${program} demo --stop --dir ${shellWord(folder.path)}` : `  ${command} catalog stop`);
}

function summaryRows({ first, copied, restore, second }: DemoResults): string[][] {
  const dump = (name: string, result: typeof first): string[] => [
    name,
    result.outcome,
    formatCount(result.row_count ?? 0),
    formatBytes(result.raw_bytes ?? 0),
    formatBytes(result.new_bytes ?? 0),
    share(result.new_bytes, result.raw_bytes),
    took(result),
  ];
  return [
    dump('first dump of shop', first),
    dump('dump for the copy, nothing changed', copied),
    ['restore to shop_copy on test', restore.outcome, formatCount(restore.row_count ?? 0), '', '', '', took(restore)],
    dump('dump after a day of business', second),
  ];
}

const took = (run: { started_at: Date; ended_at: Date }): string =>
  formatDuration(run.ended_at.getTime() - run.started_at.getTime());

const share = (part: number | null, whole: number | null): string =>
  part === null || whole === null || whole === 0 ? '' : `${((part * 100) / whole).toFixed(1)} %`;

/** A path as one word of a shell. */
function shellWord(text: string): string {
  return /^[A-Za-z0-9_./+:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
