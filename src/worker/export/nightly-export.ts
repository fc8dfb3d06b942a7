import type { Connection } from '../../sql/connection.ts';
import type { WorkSession } from '../run/work-session.ts';

/** Writes what the catalog alone knows into the repository. */
export async function exportNightly(_session: WorkSession, _catalog: Connection): Promise<void> {}
