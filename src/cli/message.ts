import type { MessageRow } from '../sql/catalog/messages.ts';
import { addNoun, addVerb, type NounBuilder } from './command-tree.ts';
import type { Context } from './context.ts';
import { addListOptions, type ListOptions } from './options/list-options.ts';
import type { ListColumn } from './output/output.ts';

/** `message list` */
export const addMessageCommands: NounBuilder = (program, settings) => {
  const noun = addNoun(program, 'message', 'lines for the administrator');
  const command = addVerb<FollowOptions>(noun, settings, 'list', 'list the messages, newest first', list);
  addListOptions(command, settings.around, ['level', 'since', 'worker', 'job'], []).option(
    '--follow',
    'then wait for more, oldest first, a line each; with --json an object each',
  );
};

type FollowOptions = ListOptions & { follow?: true };

const COLUMNS: readonly ListColumn<MessageRow>[] = [
  { key: 'logged_at', title: 'TIME' },
  { key: 'level', title: 'LEVEL' },
  { key: 'worker_name', title: 'WORKER', shrinkTo: 8, priority: 2 },
  { key: 'tool', title: 'TOOL', priority: 3 },
  { key: 'job_class', title: 'ABOUT', priority: 4 },
  { key: 'job_id', title: 'JOB', align: 'right', priority: 1 },
  { key: 'text', title: 'TEXT', shrinkTo: 30 },
];

async function list(context: Context, _args: readonly string[], options: FollowOptions): Promise<void> {
  if (options.follow === true) {
    const { followMessages } = await import('./message-follow.ts');
    return followMessages(context, options);
  }
  const { listMessages } = await import('../sql/catalog/messages.ts');
  await context.output.list(await context.withCatalog((catalog) => listMessages(catalog, options)), COLUMNS);
}
