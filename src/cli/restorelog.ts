import { formatDuration } from '../core/text/duration.ts';
import type { RestoreRunRow } from '../sql/catalog/restore-runs.ts';
import { addNoun, addVerb, type NounBuilder } from './command-tree.ts';
import type { Context } from './context.ts';
import { addListOptions, type ListOptions } from './options/list-options.ts';
import { someText } from './options/values.ts';
import type { ListColumn } from './output/output.ts';

/** `restorelog list | show | undo` */
export const addRestoreLogCommands: NounBuilder = (program, settings) => {
  const noun = addNoun(program, 'restorelog', 'executions of restore jobs');
  addListOptions(
    addVerb(noun, settings, 'list', 'list the restore runs, newest first', list),
    settings.around,
    ['since', 'outcome', 'db', 'instance', 'worker', 'job'],
    ['started_at'],
  );
  addVerb(noun, settings, 'show <run>', 'show one restore run: id or beginning of its uuid', show);
  addVerb(noun, settings, 'undo <run>', 'put the database that a restore has replaced in its place again', undoRun);
};

const COLUMNS: readonly ListColumn<RestoreRunRow>[] = [
  { key: 'id', title: 'ID', align: 'right' },
  { key: 'outcome', title: 'OUTCOME' },
  { key: 'started_at', title: 'STARTED' },
  { key: 'dump_id', title: 'DUMP', align: 'right', priority: 2 },
  { key: 'dest_instance_name', title: 'TO', shrinkTo: 8 },
  { key: 'dest_dbname', title: 'DATABASE', shrinkTo: 10 },
  { key: 'trigger_kind', title: 'BY', priority: 4 },
  { key: 'row_count', title: 'ROWS', align: 'right', priority: 3 },
  { key: 'ended_at', title: 'TOOK', align: 'right', priority: 1, text: took },
  { key: 'restore_job_id', title: 'JOB', align: 'right', priority: 5 },
  { key: 'undo_dbname', title: 'KEPT', shrinkTo: 10, priority: 7 },
  { key: 'message', title: 'MESSAGE', shrinkTo: 10, priority: 6 },
];

function took(row: RestoreRunRow): string {
  return formatDuration(row.ended_at.getTime() - row.started_at.getTime());
}

async function list(context: Context, _args: readonly string[], options: ListOptions): Promise<void> {
  const { listRestoreRuns } = await import('../sql/catalog/restore-runs.ts');
  await context.output.list(await context.withCatalog((catalog) => listRestoreRuns(catalog, options)), COLUMNS);
}

async function show(context: Context, [reference = '']: readonly string[]): Promise<void> {
  someText('the id of a restore run')(reference);
  const { findRestoreRun } = await import('../sql/catalog/restore-runs.ts');
  context.output.show(await context.withCatalog((catalog) => findRestoreRun(catalog, reference)));
}

async function undoRun(context: Context, [reference = '']: readonly string[]): Promise<void> {
  someText('the id of a restore run')(reference);
  const { undo } = await import('./restorelog-undo.ts');
  await undo(context, reference);
}
