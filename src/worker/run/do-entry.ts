import type { Demand } from '../../core/dump/on-demand.ts';
import type { DumpResult, RestoreResult } from '../../core/model/results.ts';
import type { DumpEntry, QueueEntry, RestoreEntry } from '../../core/queue/queue-entry.ts';
import { concludeDump, concludeRestore, heal, resultOfHealing, resultOfManifest } from './conclude-died.ts';
import { finishDump, finishRestore, finishSkipped } from './finish-run.ts';
import { putOff } from './put-off.ts';
import { runDump, runRestore } from './run-entry.ts';
import type { FinishedRun, Running } from './running.ts';
import type { WorkSession } from './work-session.ts';

/**
 * Does what an entry asks for, from the first look to its end, while its locks are held. `died`: somebody has started on
 * it before. Null: what a dead process left cannot be cleared up now; the entry stays for a later tick.
 */
export async function doEntry(running: Running, entry: QueueEntry, died: boolean): Promise<FinishedRun | null> {
  return entry.kind === 'dump' ? doDump(running, entry, died) : doRestore(running, entry, died);
}

async function doDump(running: Running, entry: DumpEntry, died: boolean): Promise<FinishedRun | null> {
  const { session } = running;
  const conclusion = died ? await concludeDump(session, entry) : 'again';
  if (conclusion === 'later') return later(running, entry);
  // A dump that is there already is not taken again, whatever became of its entry.
  const known = conclusion === 'again' ? await resultOfManifest(session, entry) : conclusion.result;
  const demand = known === null ? await askSource(session, entry) : null;
  if (demand?.take === false) {
    await finishSkipped(session, entry);
    return null;
  }
  const ended = known === null ? await takeDumpOf(running, entry, demand) : { result: known, passing: false };
  const hooked = await afterRun(running, entry, ended.result);
  if (ended.passing && (await putOff(session, hooked.entry, hooked.result))) return null;
  await finishDump(session, hooked.entry, hooked.result);
  return { kind: 'dump', result: hooked.result };
}

async function doRestore(running: Running, entry: RestoreEntry, died: boolean): Promise<FinishedRun | null> {
  const { session } = running;
  const conclusion = died ? await concludeRestore(session, entry) : 'again';
  if (conclusion === 'later') return later(running, entry);
  const run =
    conclusion === 'again'
      ? await runRestore(running, entry)
      : { entry, result: conclusion.result, broken: false, passing: false };
  const result = run.broken ? await resultOfBroken(running, run.entry, run.result) : run.result;
  if (result === null) return null;
  const hooked = await afterRun(running, run.entry, result);
  if (run.passing && (await putOff(session, hooked.entry, hooked.result))) return null;
  await finishRestore(session, hooked.entry, hooked.result);
  return { kind: 'restore', result: hooked.result };
}

/** Looks for the script after a run, and runs it unless it has ended before. */
async function afterRun<E extends QueueEntry, R extends FinishedRun['result']>(
  running: Running,
  entry: E,
  result: R,
): Promise<{ entry: E; result: R }> {
  if (entry.job.after_hook_id === null) return { entry, result };
  const { runAfterHook } = await import('./hooks.ts');
  return runAfterHook(running, entry, result);
}

/** A run that broke after the manifest was written has made a dump all the same. */
async function takeDumpOf(
  running: Running,
  entry: DumpEntry,
  demand: Demand | null,
): Promise<{ result: DumpResult; passing: boolean }> {
  const { result, broken, passing } = await runDump(running, entry, demand);
  return { result: broken ? ((await resultOfManifest(running.session, entry)) ?? result) : result, passing };
}

/** What the database of a job on demand says to a scheduled run; null: it is not asked. */
async function askSource({ worker }: WorkSession, entry: DumpEntry): Promise<Demand | null> {
  if (!entry.job.on_demand || entry.trigger_kind !== 'schedule') return null;
  const { readDemand } = await import('../dump/demand.ts');
  return readDemand(entry, worker.sources);
}

/** Null: what a broken run left cannot be cleared up now. */
async function resultOfBroken(
  { session }: Running,
  entry: RestoreEntry,
  failed: RestoreResult,
): Promise<RestoreResult | null> {
  const healed = await heal(session, entry);
  if (healed === null) return null;
  return resultOfHealing(session, entry, healed, failed.started_at) ?? failed;
}

/** Waiting for a target to come back is no attempt. */
async function later({ session }: Running, entry: QueueEntry): Promise<null> {
  await session.worker.queue.update({ ...entry, attempts: entry.attempts - 1 });
  return null;
}
