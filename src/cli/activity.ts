import type { ActivityRow } from '../sql/catalog/activities.ts';
import { addNoun, addVerb, type NounBuilder } from './command-tree.ts';
import { confirm, requireConfirmation } from './confirm.ts';
import type { Context } from './context.ts';
import { wholeNumber } from './options/values.ts';
import type { ListColumn } from './output/output.ts';

/** `activity list | cancel` */
export const addActivityCommands: NounBuilder = (program, settings) => {
  const noun = addNoun(program, 'activity', 'what runs now');
  addVerb(noun, settings, 'list', 'list what runs now', list);
  addVerb(noun, settings, 'cancel <id>', 'end a run; its worker does so within seconds', cancel);
};

const COLUMNS: readonly ListColumn<ActivityRow>[] = [
  { key: 'id', title: 'ID', align: 'right' },
  { key: 'kind', title: 'KIND' },
  { key: 'worker_name', title: 'WORKER', shrinkTo: 8, priority: 2 },
  { key: 'job_id', title: 'JOB', align: 'right', priority: 3 },
  { key: 'subject', title: 'SUBJECT', shrinkTo: 12 },
  { key: 'stage', title: 'STAGE' },
  { key: 'done_bytes', title: 'DONE', align: 'right', priority: 1 },
  { key: 'total_bytes', title: 'OF', align: 'right', priority: 1 },
  { key: 'started_at', title: 'STARTED', priority: 4 },
  { key: 'item', title: 'NOW', shrinkTo: 10, priority: 5 },
];

async function list(context: Context): Promise<void> {
  const { listActivities } = await import('../sql/catalog/activities.ts');
  await context.output.list(await context.withCatalog((catalog) => listActivities(catalog)), COLUMNS);
}

async function cancel(context: Context, [reference = '']: readonly string[]): Promise<void> {
  const id = wholeNumber('the id of what runs', 1)(reference);
  requireConfirmation(context);
  const { findRunning, requestCancel } = await import('../sql/catalog/activities.ts');
  const row = await context.withCatalog(async (catalog) => {
    const running = await findRunning(catalog, id);
    await confirm(context, `end the ${running.kind} of ${running.subject}?`);
    return (await requestCancel(catalog, { id })) ?? running;
  });
  context.output.result(`the ${row.kind} of ${row.subject} is asked to end`, row);
}
