import { formatDuration } from '../core/text/duration.ts';
import type { DumpRow } from '../sql/catalog/dumps.ts';
import { addNoun, addVerb, type NounBuilder } from './command-tree.ts';
import type { Context } from './context.ts';
import { addListOptions, type ListOptions } from './options/list-options.ts';
import type { ListColumn } from './output/output.ts';

/** `dump list | show | export` */
export const addDumpCommands: NounBuilder = (program, settings) => {
  const noun = addNoun(program, 'dump', 'dumps that were taken');
  addListOptions(
    addVerb(noun, settings, 'list', 'list the dumps, newest first', list),
    settings.around,
    ['since', 'outcome', 'db', 'instance', 'worker', 'job'],
    ['started_at', 'raw_bytes', 'stored_bytes'],
  );
  addVerb(noun, settings, 'show <dump>', 'show one dump: id or beginning of its uuid', show);
  addVerb(noun, settings, 'export <dump> <dir>', 'write a dump as a folder for pg_restore', exportTo);
};

const COLUMNS: readonly ListColumn<DumpRow>[] = [
  { key: 'id', title: 'ID', align: 'right' },
  { key: 'outcome', title: 'OUTCOME' },
  { key: 'started_at', title: 'STARTED' },
  { key: 'instance_name', title: 'INSTANCE', shrinkTo: 8, priority: 1 },
  { key: 'dbname', title: 'DATABASE', shrinkTo: 10 },
  { key: 'dump_type', title: 'TYPE', priority: 5 },
  { key: 'raw_bytes', title: 'SIZE', align: 'right', priority: 2 },
  { key: 'new_bytes', title: 'NEW', align: 'right', priority: 3 },
  { key: 'ended_at', title: 'TOOK', align: 'right', priority: 4, text: took },
  { key: 'state', title: 'STATE', priority: 6 },
  { key: 'dump_job_id', title: 'JOB', align: 'right', priority: 7 },
  { key: 'message', title: 'MESSAGE', shrinkTo: 10, priority: 8 },
];

function took(row: DumpRow): string {
  return formatDuration(row.ended_at.getTime() - row.started_at.getTime());
}

async function list(context: Context, _args: readonly string[], options: ListOptions): Promise<void> {
  const { listDumps } = await import('../sql/catalog/dumps.ts');
  await context.output.list(await context.withCatalog((catalog) => listDumps(catalog, options)), COLUMNS);
}

async function show(context: Context, [reference = '']: readonly string[]): Promise<void> {
  const { findDump } = await import('../sql/catalog/dumps.ts');
  context.output.show(await context.withCatalog((catalog) => findDump(catalog, reference)));
}

async function exportTo(context: Context, args: readonly string[]): Promise<void> {
  const { exportDumpTo } = await import('./dump-export.ts');
  await exportDumpTo(context, args);
}
