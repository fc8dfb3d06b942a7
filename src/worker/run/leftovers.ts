import { readdirSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TEMPORARY_PREFIX } from '../files/durable.ts';
import { tryLock } from '../lock/lock.ts';
import { heal } from './conclude-died.ts';
import { jobLock } from './pick-entry.ts';
import { endStaging, listStaging, type RunFile, readRunFile } from './staging.ts';
import type { WorkSession } from './work-session.ts';

/** Writing a small file takes no time. */
const ABANDONED_MS = 60 * 60_000;

/**
 * Clears up staging folders of runs that are over: their process died after the entry had gone, or could not clear up
 * itself. Runs that still have their entry are looked after when that is picked.
 */
export async function clearLeftovers(session: WorkSession): Promise<void> {
  const { worker } = session;
  const { runs, abandoned } = await listStaging(worker.root.staging);
  for (const name of abandoned) await rm(join(worker.root.staging, name), { recursive: true, force: true });
  if (runs.length === 0) return;
  const { entries } = await worker.queue.list();
  const waiting = new Set(entries.map(({ uuid }) => uuid));
  for (const run of runs) {
    if (!waiting.has(run.entry.uuid)) await clear(session, run);
  }
}

async function clear(session: WorkSession, { entry }: RunFile): Promise<void> {
  const lock = tryLock(jobLock(session, entry.kind, entry.job.id));
  if (lock === null) return;
  try {
    // It may have come to its end since we looked.
    if ((await readRunFile(session.worker.root.staging, entry.uuid)) === null) return;
    if (entry.kind === 'restore') {
      if ((await heal(session, entry)) === null) return;
    } else {
      const { endLeftoverDump } = await import('../dump/end-leftover-dump.ts');
      await endLeftoverDump(entry.instance, entry.uuid, session.worker.sources);
    }
    await endStaging(session.worker.root.staging, entry.uuid);
  } finally {
    lock.release();
  }
}

/** Removes files that somebody began to write and died; by the file system's own clock. */
export async function clearTemporaries({ worker }: WorkSession): Promise<void> {
  const { cache, queue, spool, state } = worker.root;
  for (const folder of [cache, queue, spool, state]) {
    for (const name of readdirSync(folder)) {
      if (!name.startsWith(TEMPORARY_PREFIX)) continue;
      const found = await stat(join(folder, name)).catch(() => null);
      if (found !== null && Date.now() - found.mtimeMs > ABANDONED_MS) await rm(join(folder, name), { force: true });
    }
  }
}

/** True if a process of this worker is at the run just now, or about to begin it. */
export async function isAlive(session: WorkSession, uuid: string): Promise<boolean> {
  const { queue, root } = session.worker;
  const begun = await readRunFile(root.staging, uuid);
  const entry = begun?.entry ?? (await queue.list()).entries.find((waiting) => waiting.uuid === uuid);
  if (entry === undefined) return false;
  const lock = tryLock(jobLock(session, entry.kind, entry.job.id));
  lock?.release();
  return lock === null;
}
