import { errorText } from '../../core/errors.ts';
import type { DumpResult, RestoreResult } from '../../core/model/results.ts';
import type { DumpEntry, QueueEntry, RestoreEntry } from '../../core/queue/queue-entry.ts';
import { dumpResultOf, restoreResultOf } from '../../core/queue/unfinished-results.ts';
import type { HealedRestore } from '../restore/heal-restore.ts';
import { ending } from './ending.ts';
import { about, entryText } from './job-text.ts';
import { endStaging, readRunFile, workFolder } from './staging.ts';
import type { WorkSession } from './work-session.ts';

/** A job whose process died this often is not tried again. */
const MOST_ATTEMPTS = 2;

/**
 * What becomes of an entry that somebody has started on before and died.
 * - a result: it had ended, or it must not be tried again
 * - `again`: everything is cleared up, it can be run
 * - `later`: what it left behind cannot be cleared up now
 */
export type Conclusion<Result> = { result: Result } | 'again' | 'later';

/** After a crash the manifest decides: with it the dump is there and is not taken again. */
export async function concludeDump(session: WorkSession, entry: DumpEntry): Promise<Conclusion<DumpResult>> {
  const { worker } = session;
  const spooled = await readSpooled(session, 'dump', entry.uuid);
  if (spooled?.kind === 'dump') return { result: spooled.value };
  const result = await resultOfManifest(session, entry);
  const startedAt = await startOf(session, entry);
  const { endLeftoverDump } = await import('../dump/end-leftover-dump.ts');
  await endLeftoverDump(entry.instance, entry.uuid, worker.sources);
  await endStaging(worker.root.staging, entry.uuid);
  if (result !== null) return { result };
  const reason = await reasonToGiveUp(session, entry);
  return reason === null ? 'again' : { result: dumpResultOf(entry, ending(session, startedAt, 'failed', reason)) };
}

/** Null: there is no such dump in the repository. */
export async function resultOfManifest({ worker }: WorkSession, entry: DumpEntry): Promise<DumpResult | null> {
  const repository = await worker.repository();
  const found = await repository.manifest(entry.uuid);
  if (found === null) return null;
  const { dumpResultFromManifest } = await import('../dump/dump-result.ts');
  return dumpResultFromManifest(found.manifest, found.manifestSha256, await repository.content(entry.uuid));
}

/** After a crash the journal in the staging folder decides: the database has its name, or what was made is dropped. */
export async function concludeRestore(session: WorkSession, entry: RestoreEntry): Promise<Conclusion<RestoreResult>> {
  const spooled = await readSpooled(session, 'restore', entry.uuid);
  if (spooled?.kind === 'restore') return { result: spooled.value };
  const startedAt = await startOf(session, entry);
  const healed = await heal(session, entry);
  if (healed === null) return 'later';
  const result = resultOfHealing(session, entry, healed, startedAt);
  if (result !== null) return { result };
  await endStaging(session.worker.root.staging, entry.uuid);
  const reason = await reasonToGiveUp(session, entry);
  return reason === null ? 'again' : { result: restoreResultOf(entry, ending(session, startedAt, 'failed', reason)) };
}

/** What became of a run that did not end in order; null: nothing is left of it. */
export function resultOfHealing(
  session: WorkSession,
  entry: RestoreEntry,
  { finished, message, result, undo }: HealedRestore,
  startedAt: Date,
): RestoreResult | null {
  if (!finished) return null;
  if (result !== null) return result;
  const known = restoreResultOf(entry, {
    ...ending(session, startedAt, 'ok_with_warnings', null),
    warnings: [message],
  });
  return { ...known, ...undo };
}

/** Null: not possible now (the target cannot be reached); it is told once, and tried again by every tick. */
export async function heal(session: WorkSession, entry: RestoreEntry): Promise<HealedRestore | null> {
  const { worker, reporter } = session;
  const notice = `heal-${entry.uuid}`;
  try {
    const { healRestore } = await import('../restore/heal-restore.ts');
    const folder = workFolder(worker.root.staging, entry.uuid);
    const healed = await healRestore(folder, {
      sources: worker.sources,
      log: (text) => reporter.log({ level: 'info', uuid: entry.uuid, text }),
    });
    await worker.notices.end(notice);
    return healed;
  } catch (error) {
    if (await worker.notices.begin(notice)) {
      const text = `${entryText(entry)} left something behind that cannot be cleared up yet: ${errorText(error)}`;
      await reporter.report('error', text, about(entry));
    }
    return null;
  }
}

/** Null: it is tried once more, and the administrator is told. */
async function reasonToGiveUp({ reporter }: WorkSession, entry: QueueEntry): Promise<string | null> {
  // The attempt that was counted when it was picked is the one that would come now.
  const died = entry.attempts - 1;
  if (entry.trigger_kind === 'manual') return 'the process that ran it was killed, or the machine went down';
  if (died >= MOST_ATTEMPTS) return `its process died ${died} times, so it is not tried again`;
  await reporter.report('warning', `${entryText(entry)} is run again: its process died`, about(entry));
  return null;
}

async function readSpooled({ worker }: WorkSession, kind: 'dump' | 'restore', uuid: string) {
  return worker.spool.read(`${kind}-${uuid}.json`).catch(() => undefined);
}

async function startOf({ worker }: WorkSession, entry: QueueEntry): Promise<Date> {
  const run = await readRunFile(worker.root.staging, entry.uuid);
  return run?.started_at ?? entry.queued_at;
}
