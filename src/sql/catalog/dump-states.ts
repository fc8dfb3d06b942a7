import type { DumpState } from '../../core/manifest/dump-state.ts';
import type { Connection } from '../connection.ts';

/** What the catalog says of a dump, in the shape of the state beside its manifest. */
export type CatalogState = Omit<DumpState, 'format'> & { id: number; uuid: string; manifest_sha256: string | null };

const COLUMNS = `id, uuid, keep, verified_level, verified_at, verified_with, verification_failed, verification_failed_at,
  manifest_sha256`;

/** Of all dumps that a worker's repository should have. */
export function catalogStates(c: Connection, workerId: number): Promise<CatalogState[]> {
  return c.rows(`select ${COLUMNS} from pgsnapman.dump where worker_id = $1 and state = 'available'`, [workerId]);
}

/** Of those whose keep flag the worker has not noted yet. */
export function statesToNote(c: Connection, workerId: number): Promise<CatalogState[]> {
  return c.rows(`select ${COLUMNS} from pgsnapman.dump where worker_id = $1 and keep <> keep_noted`, [workerId]);
}

/** Notes what the worker has written; a flag that was changed meanwhile is noted the next time. */
export async function noteKeep(c: Connection, dumpId: number, keep: string): Promise<void> {
  await c.execute('update pgsnapman.dump set keep_noted = $2 where id = $1', [dumpId, keep]);
}

/** Writes what was proven, or found wrong, into the row of a dump. False: it has no row. */
export async function uploadVerification(c: Connection, uuid: string, state: DumpState): Promise<boolean> {
  const changed = await c.execute(
    `update pgsnapman.dump set verified_level = $2, verified_at = coalesce($3, verified_at), verified_with = $4,
      verification_failed = $5, verification_failed_at = $6 where uuid = $1`,
    [
      uuid,
      state.verified_level,
      state.verified_at,
      state.verified_with,
      state.verification_failed,
      state.verification_failed_at,
    ],
  );
  return changed > 0;
}

/** The keep flag of a dump, as a rebuilt catalog gets it back. */
export async function restoreKeep(c: Connection, uuid: string, keep: string): Promise<void> {
  await c.execute('update pgsnapman.dump set keep = $2, keep_noted = $2 where uuid = $1', [uuid, keep]);
}
