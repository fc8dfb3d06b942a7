import { describeWaits } from '../../core/dump/waiting.ts';
import type { Connection } from '../../sql/connection.ts';
import { readBackends } from '../../sql/instance/backends.ts';
import type { StallProbe } from '../process/stall-watch.ts';

/** Bytes that COPY has taken in are visible from this version on. */
const COPY_PROGRESS_SINCE = 140_000;

export interface StagingActivity extends StallProbe {
  /** Bytes of the COPY commands that run now; null: the server does not tell. */
  copiedBytes: number | null;
}

/** What the sessions of a run do in its staging database, asked from a session elsewhere. */
export async function stagingActivity(
  c: Connection,
  applicationName: string,
  databaseOid: number,
): Promise<StagingActivity> {
  const backends = await readBackends(c, applicationName);
  const copied =
    c.serverVersionNum < COPY_PROGRESS_SINCE
      ? undefined
      : await c.row<{ bytes: number }>(
          'select coalesce(sum(bytes_processed), 0)::int8 as bytes from pg_stat_progress_copy where datid = $1',
          [databaseOid],
        );
  return {
    copiedBytes: copied?.bytes ?? null,
    mark: String(copied?.bytes ?? ''),
    working: backends.some(({ working }) => working),
    waitingFor: describeWaits(backends.map(({ waiting }) => waiting)),
  };
}
