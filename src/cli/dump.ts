import { Option } from 'commander';
import { formatDuration } from '../core/text/duration.ts';
import type { DumpRow } from '../sql/catalog/dumps.ts';
import { addNoun, addVerb, type NounBuilder } from './command-tree.ts';
import type { Context } from './context.ts';
import type { VerifyOptions } from './dump-verify.ts';
import { addListOptions, type ListOptions } from './options/list-options.ts';
import { someText } from './options/values.ts';
import type { ListColumn } from './output/output.ts';

/** `dump list | show | keep | verify | export | delete` */
export const addDumpCommands: NounBuilder = (program, settings) => {
  const noun = addNoun(program, 'dump', 'dumps that were taken');
  addListOptions(
    addVerb(noun, settings, 'list', 'list the dumps, newest first', list),
    settings.around,
    ['since', 'outcome', 'db', 'instance', 'worker', 'job'],
    ['started_at', 'raw_bytes', 'stored_bytes'],
  );
  addVerb(noun, settings, 'show <dump>', 'show one dump: id or beginning of its uuid', show);
  addVerb(noun, settings, 'keep <dump> <yes|no|auto>', 'keep a dump, drop it, or leave that to retention', keep);
  addVerb<VerifyOptions>(noun, settings, 'verify <dump>', 'prove that a dump can be restored', verify)
    .addOption(
      new Option('--level <n>', '2 every byte, 3 pg_restore reads it, 4 restored and compared')
        .choices(['2', '3', '4'])
        .default('3'),
    )
    .option('--on <instance>', 'instance for the scratch database of level 4', someText('--on'))
    .addOption(new Option('--no-wait', 'ask its worker through the catalog and return at once'));
  addVerb(noun, settings, 'delete <dump>', 'delete a dump and its data', remove);
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
  { key: 'verified_level', title: 'VERIFIED', priority: 6, text: verified },
  { key: 'keep', title: 'KEEP', priority: 9, text: ({ keep: flag }) => (flag === 'auto' ? '' : flag) },
  { key: 'dump_job_id', title: 'JOB', align: 'right', priority: 7 },
  { key: 'message', title: 'MESSAGE', shrinkTo: 10, priority: 8 },
];

function took(row: DumpRow): string {
  return formatDuration(row.ended_at.getTime() - row.started_at.getTime());
}

function verified({ verified_level, verification_failed }: DumpRow): string {
  if (verification_failed !== null) return 'failed';
  return ['', 'stored', 'readable', 'restorable', 'drilled'][verified_level] ?? '';
}

async function list(context: Context, _args: readonly string[], options: ListOptions): Promise<void> {
  const { listDumps } = await import('../sql/catalog/dumps.ts');
  await context.output.list(await context.withCatalog((catalog) => listDumps(catalog, options)), COLUMNS);
}

async function show(context: Context, [reference = '']: readonly string[]): Promise<void> {
  const { findDump } = await import('../sql/catalog/dumps.ts');
  context.output.show(await context.withCatalog((catalog) => findDump(catalog, reference)));
}

async function keep(context: Context, args: readonly string[]): Promise<void> {
  const { keepDump } = await import('./dump-keep.ts');
  await keepDump(context, args);
}

async function verify(context: Context, args: readonly string[], options: VerifyOptions): Promise<number> {
  const { verifyDumpOf } = await import('./dump-verify.ts');
  return verifyDumpOf(context, args, options);
}

async function remove(context: Context, args: readonly string[]): Promise<void> {
  const { deleteDump } = await import('./dump-delete.ts');
  await deleteDump(context, args);
}

async function exportTo(context: Context, args: readonly string[]): Promise<void> {
  const { exportDumpTo } = await import('./dump-export.ts');
  await exportDumpTo(context, args);
}
