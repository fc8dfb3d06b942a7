import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PgSnapManError } from '../../core/errors.ts';
import type { StoredFile } from '../../core/manifest/manifest.ts';
import type { ToolSet } from '../../core/postgres/tool-choice.ts';
import { changeEntry } from '../../core/restore/archive-changes.ts';
import { listFile } from '../../core/restore/archive-selection.ts';
import type { Loss } from '../../core/restore/harmless-errors.ts';
import { restoreCommand } from '../../core/restore/restore-command.ts';
import type { RestorePlan } from '../../core/restore/restore-plan.ts';
import { type RestorePass, RestoreProgress, restorePasses, type Section } from '../../core/restore/restore-progress.ts';
import { rewriteToc } from '../../core/restore/rewrite-toc.ts';
import type { TargetFacts } from '../../core/restore/target-facts.ts';
import { commandOptions } from './command-options.ts';
import type { RestoreRun } from './restore-run.ts';
import { FAILURE_HINT, runPgRestore } from './run-pg-restore.ts';
import { runAgain } from './second-chance.ts';
import type { StagingWatch } from './staging-watch.ts';

const MOST_LOSSES_IN_MESSAGE = 3;

export interface SectionsOptions {
  plan: RestorePlan;
  target: TargetFacts;
  tool: ToolSet;
  files: readonly StoredFile[];
  /** The unpacked dump. */
  directory: string;
  watch: StagingWatch;
}

/** Adapts the unpacked dump to the target: other roles and tablespaces in its table of contents. */
export async function prepareArchive(plan: Pick<RestorePlan, 'changes'>, directory: string): Promise<void> {
  const { roles, tablespaces } = plan.changes;
  if (roles.size === 0 && tablespaces.size === 0) return;
  const path = join(directory, 'toc.dat');
  const changed = rewriteToc(await readFile(path), (entry) => changeEntry(entry, plan.changes));
  await writeFile(`${path}.new`, changed, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/**
 * Restores the archive into the staging database, section by section. What failed gets a second chance before the next
 * section.
 * @returns dump ids of the entries that are lost, which the job accepts
 * @throws RunStopped, PgSnapManError for a loss otherwise
 */
export async function restoreSections(run: RestoreRun, options: SectionsOptions): Promise<Set<number>> {
  const lost = new Set<number>();
  for (const pass of restorePasses(options.plan.selection.entries)) {
    for (const { dumpId } of await restorePass(run, pass, options)) if (dumpId !== null) lost.add(dumpId);
  }
  return lost;
}

async function restorePass(run: RestoreRun, pass: RestorePass, options: SectionsOptions): Promise<Loss[]> {
  const { plan, tool, files, watch } = options;
  const { section, entries } = pass;
  const { job } = run.task;
  const command = { ...commandOptions(run, options, plan.staging, job.parallel), section };
  const parallel = section !== 'pre-data' && job.parallel > 1;
  const progress = new RestoreProgress(section, entries, files, parallel);
  const onLine = (line: string) => {
    watch.touch();
    if (progress.line(line)) run.progress(progress.progress);
  };
  run.stage(`restoring ${section}`, progress.progress);
  watch.follow((activity) => {
    if (activity.copiedBytes !== null) progress.copied(activity.copiedBytes);
    run.progress(progress.progress);
  });
  await writeFile(command.listPath, listFile(entries.map(({ dumpId }) => dumpId)), { mode: 0o600 });
  let losses = await runPgRestore(run, restoreCommand(command), {
    section,
    entries: new Map(entries.map((entry) => [entry.dumpId, entry])),
    onLine,
  });
  const searchPath = plan.secondChance;
  if (losses.length > 0 && searchPath !== null) {
    run.stage(`restoring ${section}, second attempt`, progress.progress);
    const { expected } = plan;
    losses = await runAgain(run, { searchPath, psql: tool.psql, expected, entries, losses, command, onLine });
  }
  settleLosses(run, section, losses);
  return losses;
}

/** @throws PgSnapManError unless there are none, or the job accepts them; then each is a warning by its name */
function settleLosses(run: RestoreRun, section: Section, losses: readonly Loss[]): void {
  if (losses.length === 0) return;
  if (run.task.job.accept_losses) {
    for (const { sentence } of losses) run.warn(`lost: ${sentence}`);
    return;
  }
  const shown = losses.slice(0, MOST_LOSSES_IN_MESSAGE).map(({ sentence }) => sentence);
  const more = losses.length > shown.length ? ` and ${losses.length - shown.length} more errors` : '';
  throw new PgSnapManError('run_failed', `restoring ${section} failed: ${shown.join('; ')}${more}`, FAILURE_HINT);
}
