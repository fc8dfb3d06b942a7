import { isClusterDump } from '../../core/cluster-dump/cluster-command.ts';
import { checkDumpJob } from '../../core/dump/dump-command.ts';
import type { DumpResult } from '../../core/model/results.ts';
import { isScriptDump } from '../../core/script/script-dump.ts';
import type { RunContext } from '../run/run-context.ts';
import { ClusterDumpRun } from './cluster/cluster-dump-run.ts';
import { DatabaseDumpRun } from './database-dump-run.ts';
import { settleDemand } from './demand.ts';
import type { DumpTask } from './dump-result.ts';
import type { DumpRun } from './dump-run.ts';
import { ScriptDumpRun } from './script/script-dump-run.ts';

export { type DumpTask, dumpResultFromManifest } from './dump-result.ts';
export { endLeftoverDump } from './end-leftover-dump.ts';

/**
 * Takes a dump into the repository. Every ordinary failure is a result: outcome failed, stalled or cancelled, with a
 * message. Only bugs and planned faults are thrown. What was put into the staging folder is removed.
 */
export async function takeDump(task: DumpTask, context: RunContext): Promise<DumpResult> {
  const run = runFor(task, context);
  try {
    checkDumpJob(task.job);
    const result = await run.take();
    const { demand } = task;
    if (demand === undefined) return result;
    return await settleDemand(result, run.wanted ?? demand.wanted, { ...task, demand }, context);
  } catch (error) {
    return run.failed(error);
  } finally {
    await run.cleanUp();
  }
}

function runFor(task: DumpTask, context: RunContext): DumpRun {
  if (isScriptDump(task.job)) return new ScriptDumpRun(task, context);
  return isClusterDump(task.job) ? new ClusterDumpRun(task, context) : new DatabaseDumpRun(task, context);
}
