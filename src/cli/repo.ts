import { resolve } from 'node:path';
import { Option } from 'commander';
import { EXIT_CODES, PgSnapManError } from '../core/errors.ts';
import {
  type CheckAnswer,
  checkAnswerSchema,
  type PruneAnswer,
  pruneAnswerSchema,
  repositoryAnswerSchema,
} from '../core/model/answers.ts';
import { growthPerDay } from '../core/repository/growth.ts';
import { countOf, formatBytes } from '../core/text/numbers.ts';
import { plain } from '../core/text/plain.ts';
import type { Repository } from '../worker/repository/repository.ts';
import { addWorkerOption, hereOrAsked, type WorkerOption } from './ask-named-worker.ts';
import { addNoun, addVerb, type NounBuilder } from './command-tree.ts';
import type { Context } from './context.ts';
import { share, someText } from './options/values.ts';
import type { Output } from './output/output.ts';

/** `repo status | check | prune | repair | copy`, on the worker's machine; the first three can be asked of another one */
export const addRepoCommands: NounBuilder = (program, settings) => {
  const noun = addNoun(program, 'repo', "this worker's store of dumps");
  addWorkerOption(
    addVerb<WorkerOption>(noun, settings, 'status', 'say how many dumps there are and what room they take', status),
  );
  addWorkerOption(addVerb<CheckOptions>(noun, settings, 'check', 'see that everything the dumps need is there', check))
    .option('--read-data', 'read every byte, too')
    .addOption(new Option('--sample <percent>', 'read a part of it, chosen at random').argParser(share('--sample')));
  addWorkerOption(addVerb<PruneOptions>(noun, settings, 'prune', 'free what no dump needs', prune)).option(
    '--dry-run',
    'say what would go, remove nothing',
  );
  addVerb<RepairOptions>(noun, settings, 'repair', 'set damaged dumps aside, with what can be read', repair).option(
    '--export-to <dir>',
    'folder for the files that can be read',
    someText('--export-to'),
  );
  addVerb<CopyOptions>(noun, settings, 'copy', 'copy the dumps that another repository lacks', copy).requiredOption(
    '--to <dir>',
    'folder of the other repository; made if there is none',
    someText('--to'),
  );
};

interface CheckOptions extends WorkerOption {
  readData?: boolean;
  /** 0 to 1. */
  sample?: number;
}

interface PruneOptions extends WorkerOption {
  dryRun?: boolean;
}

interface RepairOptions {
  exportTo?: string;
}

interface CopyOptions {
  to: string;
}

function withRepository<T>(context: Context, work: (repository: Repository, directory: string) => Promise<T>) {
  return context.withWorker(async (worker) => work(await worker.repository(), worker.root.repository));
}

/** Lines for people, or one object with --json. */
function print(output: Output, lines: readonly string[], record: object): void {
  if (output.json) output.result('', record);
  else for (const text of lines) output.line(plain(text));
}

async function status(context: Context, _args: readonly string[], options: WorkerOption): Promise<void> {
  const record = await hereOrAsked<object>(context, options, {
    kind: 'repository_status',
    subject: 'the repository',
    here: () => ownStatus(context),
    there: (answer) => repositoryAnswerSchema.parse(answer),
  });
  context.output.show(record);
}

function ownStatus(context: Context): Promise<object> {
  return withRepository(context, async (repository, directory) => {
    const { repositoryId, formatVersion, dumpCount, rawBytes, storedBytes, freeBytes } = await repository.status();
    const { manifests, unreadable } = await repository.list();
    return {
      repository_id: repositoryId,
      directory,
      format_version: formatVersion,
      dump_count: dumpCount,
      unreadable: unreadable.map(({ folder }) => folder),
      raw_bytes: rawBytes,
      stored_bytes: storedBytes,
      ratio: storedBytes === 0 ? null : Number((rawBytes / storedBytes).toFixed(1)),
      growth_per_day_bytes: growthPerDay(manifests, context.around.now()),
      free_bytes: freeBytes,
    };
  });
}

async function check(context: Context, _args: readonly string[], options: CheckOptions): Promise<number> {
  const readData = options.readData === true || options.sample !== undefined;
  const sample = options.sample === undefined ? {} : { sample: options.sample };
  const answer = await hereOrAsked<CheckAnswer>(context, options, {
    kind: 'check',
    arguments: { read_data: readData, ...sample },
    subject: 'checking the repository',
    async here() {
      const report = await withRepository(context, (repository) => repository.check({ readData, ...sample }));
      const { dumps, blocks, readBytes, problems } = report;
      return { dumps, blocks, read_bytes: readBytes, problems };
    },
    there: (found) => checkAnswerSchema.parse(found),
  });
  const { dumps, blocks, read_bytes: readBytes, problems } = answer;
  const { output } = context;
  const looked = `${countOf(dumps, 'dump')}, ${countOf(blocks, 'block')}${readData ? `, ${formatBytes(readBytes)} read` : ''}`;
  const found = problems.length === 0 ? 'everything is there' : countOf(problems.length, 'problem');
  const lines = problems.map(({ subject, reason, dumps: hurt }) => {
    const whom = hurt.length === 0 ? 'no dump is hurt' : `cannot be restored: ${hurt.join(', ')}`;
    return `${subject}: ${reason} (${whom})`;
  });
  print(output, [...lines, `${looked}: ${found}`], answer);
  if (problems.length > 0) output.note('hint: the next dump stores damaged data again; `repo repair` sets dumps aside');
  return problems.length === 0 ? 0 : EXIT_CODES.check_failed;
}

async function prune(context: Context, _args: readonly string[], options: PruneOptions): Promise<void> {
  const { dryRun = false } = options;
  const answer = await hereOrAsked<PruneAnswer>(context, options, {
    kind: 'prune',
    arguments: { dry_run: dryRun },
    subject: 'pruning the repository',
    here: () => pruneHere(context, dryRun),
    there: (found) => pruneAnswerSchema.parse(found),
  });
  const { removed_packs: removedPacks, freed_bytes: freedBytes, postponed } = answer;
  const text = `${countOf(removedPacks, 'pack')} ${dryRun ? 'would go' : 'removed'}, ${formatBytes(Math.max(freedBytes, 0))} ${dryRun ? 'would be free' : 'freed'}`;
  context.output.result(postponed ? `${text}; more when what is being read or written is done` : text, answer);
}

async function pruneHere(context: Context, dryRun: boolean): Promise<PruneAnswer> {
  const report = await withRepository(context, (repository) => repository.prune({ dryRun }));
  const { removedPacks, freedBytes, movedBlocks, postponed } = report;
  return {
    removed_packs: removedPacks,
    freed_bytes: freedBytes,
    moved_blocks: movedBlocks,
    postponed,
    dry_run: dryRun,
  };
}

async function repair(context: Context, _args: readonly string[], { exportTo }: RepairOptions): Promise<void> {
  const { rewrittenFiles, rebuiltIndexes, setAside } = await withRepository(context, (repository) =>
    repository.repair(exportTo === undefined ? {} : { exportTo: resolve(exportTo) }),
  );
  const aside = setAside.map(({ folder, reason, exportedTo, lostFiles }) => {
    const kept = exportedTo === null ? 'nothing of it can be read' : `what can be read is in ${exportedTo}`;
    return `${folder} is set aside (${reason}): ${kept}; lost: ${lostFiles.length === 0 ? 'nothing' : lostFiles.join(', ')}`;
  });
  const again = [...rewrittenFiles, ...rebuiltIndexes];
  const lines = [...again.map((path) => `${path} was lost or damaged and is there again`), ...aside];
  const records = setAside.map(({ folder, reason, exportedTo, lostFiles }) => ({
    folder,
    reason,
    exported_to: exportedTo,
    lost_files: lostFiles,
  }));
  print(context.output, lines.length === 0 ? ['nothing is damaged'] : lines, {
    rewritten_files: rewrittenFiles,
    rebuilt_indexes: rebuiltIndexes,
    set_aside: records,
  });
}

async function copy(context: Context, _args: readonly string[], { to }: CopyOptions): Promise<void> {
  const { openOrCreateRepository } = await import('../worker/repository/chunk-repository.ts');
  const { copied, present, failed } = await withRepository(context, async (repository) => {
    const other = await openOrCreateRepository(resolve(to));
    try {
      return await repository.copyTo(other);
    } finally {
      await other.close();
    }
  });
  const text = `${countOf(copied.length, 'dump')} copied, ${present} there already`;
  context.output.result(text, { copied, present, failed });
  const [first] = failed;
  if (first === undefined) return;
  const sentence = `${countOf(failed.length, 'dump')} could not be copied; the first: ${first.uuid}, ${first.reason}`;
  throw new PgSnapManError('run_failed', sentence, 'see what `repo check --read-data` says');
}
