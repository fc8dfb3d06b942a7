import type { DumpResult, RestoreResult } from '../../core/model/results.ts';
import type { DumpEntry, QueueEntry, RestoreEntry } from '../../core/queue/queue-entry.ts';
import { concludeDump, concludeRestore, heal, resultOfHealing, resultOfManifest } from './conclude-died.ts';
import { finishDump, finishRestore } from './finish-run.ts';
import { putOff } from './put-off.ts';
import { runDump, runRestore } from './run-entry.ts';
import type { FinishedRun, Running } from './running.ts';

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
  const result = known ?? (await takeDumpOf(running, entry));
  if (result === null) return null;
  await finishDump(session, entry, result);
  return { kind: 'dump', result };
}

async function doRestore(running: Running, entry: RestoreEntry, died: boolean): Promise<FinishedRun | null> {
  const { session } = running;
  const conclusion = died ? await concludeRestore(session, entry) : 'again';
  if (conclusion === 'later') return later(running, entry);
  if (conclusion !== 'again') {
    await finishRestore(session, entry, conclusion.result);
    return { kind: 'restore', result: conclusion.result };
  }
  const run = await runRestore(running, entry);
  if (run.passing && (await putOff(session, run.entry, run.result))) return null;
  const result = run.broken ? await resultOfBroken(running, run.entry, run.result) : run.result;
  if (result === null) return null;
  await finishRestore(session, run.entry, result);
  return { kind: 'restore', result };
}

/** A run that broke after the manifest was written has made a dump all the same. Null: it is tried again later. */
async function takeDumpOf(running: Running, entry: DumpEntry): Promise<DumpResult | null> {
  const { result, broken, passing } = await runDump(running, entry);
  if (passing && (await putOff(running.session, entry, result))) return null;
  return broken ? ((await resultOfManifest(running.session, entry)) ?? result) : result;
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
