import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isClusterDump } from '../../core/cluster-dump/cluster-command.ts';
import { errorText, PgSnapManError } from '../../core/errors.ts';
import type { RestoreResult } from '../../core/model/results.ts';
import type { ToolSet } from '../../core/postgres/tool-choice.ts';
import type { ExpectedContent } from '../../core/restore/expected-content.ts';
import type { RestorePlan } from '../../core/restore/restore-plan.ts';
import { isServerAway } from '../../sql/connection-error.ts';
import { faultPoint } from '../fault.ts';
import type { DumpReader } from '../repository/repository.ts';
import type { RunContext } from '../run/run-context.ts';
import { changeTarget } from './change-target.ts';
import { restoreCluster } from './cluster/restore-cluster.ts';
import { gatherPlan } from './gather-plan.ts';
import type { JournalFile } from './journal-file.ts';
import { isOrdinary } from './ordinary-error.ts';
import { restoreInto } from './partial/restore-into.ts';
import { readDump } from './read-dump.ts';
import { failedResult, goodResult } from './restore-result.ts';
import { RestoreRun } from './restore-run.ts';
import { prepareArchive } from './restore-sections.ts';
import type { RestoreTask } from './restore-task.ts';
import type { Inspect } from './target-change.ts';
import { lockTarget } from './target-lock.ts';
import { throwRefusals } from './throw-refusals.ts';

export type { RestoreTask } from './restore-task.ts';

const LEAST_QUERY_TIMEOUT_MS = 60_000;

interface Done {
  expected: ExpectedContent;
  journal: JournalFile;
  toolVersion: string;
}

/**
 * Restores a full dump into a database of its own, which then takes the place of the target. Every ordinary failure is a result, with the target as it was; only bugs and
 * planned faults are thrown. Of what it puts into the run's folder the journal alone stays behind, with the result in
 * it, after a success; and after a failure whose traces on the target could not be removed. See healRestore.
 * @param inspect a drill, see changeTarget; null: a restore
 */
export async function restoreDump(
  task: RestoreTask,
  context: RunContext,
  inspect: Inspect | null = null,
): Promise<RestoreResult> {
  if (await isOfCluster(context.dumps, task.dumpUuid)) return restoreCluster(task, context);
  const run = new RestoreRun(task, context);
  const startedAt = context.now();
  let tool: ToolSet | null = null;
  try {
    const { expected, journal, toolVersion } = await perform(run, inspect, (chosen) => {
      tool = chosen;
    });
    const result = goodResult(run, startedAt, expected, toolVersion, journal.content);
    await journal
      .update({ step: 'renamed', result })
      .catch((error) => run.log(`the journal could not be written: ${errorText(error)}`));
    return result;
  } catch (error) {
    if (!isOrdinary(error)) throw error;
    if (isServerAway(error) || isBusy(error)) context.onPassing?.();
    return failedResult(run, startedAt, error, (tool as ToolSet | null)?.version.text ?? null);
  } finally {
    await removeFiles(context.stagingDirectory);
  }
}

/** A dump that cannot be read is for the restore to complain about. */
async function isOfCluster(dumps: DumpReader, uuid: string): Promise<boolean> {
  const found = await dumps.manifest(uuid).catch(() => null);
  return found !== null && isClusterDump(found.manifest);
}

/** Another restore into the same database runs. */
const isBusy = (error: unknown): boolean => error instanceof PgSnapManError && error.code === 'busy';

/** Everything but the journal. */
async function removeFiles(stagingDirectory: string): Promise<void> {
  for (const name of ['toc', 'dump', 'entries.list']) {
    await rm(join(stagingDirectory, name), { recursive: true, force: true });
  }
}

async function perform(run: RestoreRun, inspect: Inspect | null, onTool: (tool: ToolSet) => void): Promise<Done> {
  faultPoint('restore.started');
  run.stage('checking');
  const dump = await readDump(run);
  const control = await run.connect(null, { queryTimeoutMs: Math.max(run.stallTimeoutMs, LEAST_QUERY_TIMEOUT_MS) });
  control.onLost((error) =>
    run.stop.stop({ outcome: 'failed', sentence: errorText(error), hint: 'check that the target still runs' }),
  );
  try {
    await lockTarget(control, run.task.job.dest_dbname, run.task.destination.name);
    const { question, plan, tool } = await gatherPlan(run, control, dump);
    onTool(tool);
    requirePlan(run, plan);
    const directory = await materialize(run, plan);
    const change = { question, plan, tool, dump, directory };
    const journal = await (plan.into === null
      ? changeTarget(run, control, change, inspect)
      : restoreInto(run, control, change));
    return { expected: plan.expected, journal, toolVersion: tool.version.text };
  } finally {
    await control.close();
  }
}

/** @throws PgSnapManError when something stands against the plan */
function requirePlan(run: RestoreRun, plan: RestorePlan): void {
  throwRefusals(plan.refusals);
  for (const note of plan.notes) run.log(`note: ${note}`);
  for (const warning of plan.warnings) run.warn(warning);
}

/** Unpacks the dump, with every hash checked, before anything on the target is touched. */
async function materialize(run: RestoreRun, plan: RestorePlan): Promise<string> {
  const { dumps, stagingDirectory } = run.context;
  run.stage('materializing');
  const directory = join(stagingDirectory, 'dump');
  await dumps.materialize(run.task.dumpUuid, directory, () => {
    run.stop.check();
    return true;
  });
  await prepareArchive(plan, directory);
  run.stop.check();
  return directory;
}
