import { type DumpState, FIRST_STATE } from '../../core/manifest/dump-state.ts';
import {
  type CatalogState,
  catalogStates,
  noteKeep,
  statesToNote,
  uploadVerification,
} from '../../sql/catalog/dump-states.ts';
import { markLost } from '../../sql/catalog/removals.ts';
import type { Connection } from '../../sql/connection.ts';
import { isFolderOf } from '../repository/dump-folder.ts';
import type { WorkSession } from '../run/work-session.ts';
import type { WorkerSetup } from '../worker-setup.ts';

/** Writes keep flags that were changed in the catalog beside the manifests. Costs one query when nothing changed. */
export async function noteKeepFlags(
  worker: Pick<WorkerSetup, 'repository'>,
  catalog: Connection,
  workerId: number,
): Promise<void> {
  const changed = await statesToNote(catalog, workerId);
  if (changed.length === 0) return;
  const repository = await worker.repository();
  for (const { id, uuid, keep } of changed) {
    const state = await repository.state(uuid);
    if (state !== null) await repository.setState(uuid, { ...state, keep });
    await noteKeep(catalog, id, keep);
  }
}

/**
 * Brings the rows of this worker's dumps and the states beside their manifests together: of verifications the later one
 * holds, keep flags are the catalog's. Dumps that the repository has lost are marked, with a message each.
 */
export async function settleStates(session: WorkSession, catalog: Connection, workerId: number): Promise<void> {
  await noteKeepFlags(session.worker, catalog, workerId);
  const repository = await session.worker.repository();
  // Rows first: a dump that comes in between is in no row yet.
  const rows = await catalogStates(catalog, workerId);
  const { unreadable } = await repository.list();
  const states = await repository.states();
  const missing: CatalogState[] = [];
  for (const row of rows) {
    const state = states.get(row.uuid);
    const unread = unreadable.find(({ folder }) => isFolderOf(folder, row.uuid));
    if (state !== undefined) await settle(catalog, row, state, (next) => repository.setState(row.uuid, next));
    else if (unread === undefined) missing.push(row);
    else if (unread.damaged) await tellBroken(session, catalog, row, unread.reason);
  }
  await tellLost(session, catalog, workerId, missing);
}

const time = (date: Date | null): number => date?.getTime() ?? 0;
const lastLook = (state: Pick<DumpState, 'verified_at' | 'verification_failed_at'>): number =>
  Math.max(time(state.verified_at), time(state.verification_failed_at));

async function settle(
  catalog: Connection,
  row: CatalogState,
  state: DumpState,
  write: (state: DumpState) => Promise<unknown>,
): Promise<void> {
  const { id: _id, uuid, manifest_sha256: _sha256, ...known } = row;
  const proven = (some: Omit<CatalogState, 'id' | 'uuid' | 'manifest_sha256'> | DumpState): string =>
    JSON.stringify([some.verified_level, some.verification_failed]);
  if (proven(known) !== proven(state) && lastLook(state) > lastLook(known)) {
    await uploadVerification(catalog, uuid, state);
    if (known.keep !== state.keep) await write({ ...state, keep: known.keep });
  } else if (proven(known) !== proven(state) || known.keep !== state.keep) {
    await write({ ...FIRST_STATE, ...known, verified_level: Math.max(1, known.verified_level), format: 1 });
  }
}

/** A manifest that cannot be read: there is no state beside it that could be found, so the row alone says it. */
async function tellBroken(session: WorkSession, catalog: Connection, row: CatalogState, reason: string): Promise<void> {
  if (row.verification_failed !== null) return;
  const failed = { verification_failed: reason, verification_failed_at: session.worker.now() };
  await uploadVerification(catalog, row.uuid, { ...FIRST_STATE, ...row, ...failed, format: 1 });
  const text = `dump ${row.id} does not count as good any more: ${reason}`;
  await session.reporter.report('critical', text, { job_class: 'verify' });
}

async function tellLost(
  session: WorkSession,
  catalog: Connection,
  workerId: number,
  missing: readonly CatalogState[],
): Promise<void> {
  const lost =
    missing.length === 0
      ? []
      : await markLost(
          catalog,
          workerId,
          missing.map(({ id }) => id),
        );
  for (const { id, dbname, started_at } of lost) {
    const text = `dump ${id} of ${dbname ?? 'all databases'} (${started_at.toISOString()}) is not in the repository any more`;
    await session.reporter.report('error', text, { job_class: 'clean' });
  }
}
