import { instanceConnection } from '../../core/connection/connection-settings.ts';
import { type Demand, demandOf, demandUnknown, type FlagRow, staysWanted } from '../../core/dump/on-demand.ts';
import { errorText, PgSnapManError } from '../../core/errors.ts';
import { isGood } from '../../core/model/outcome.ts';
import type { DumpResult } from '../../core/model/results.ts';
import { withWarning } from '../../core/model/with-warning.ts';
import { type Connection, connect } from '../../sql/connection.ts';
import { readBackupFlag, resetBackupFlag } from '../../sql/instance/backup-flag.ts';
import type { RunContext } from '../run/run-context.ts';
import type { DumpTask } from './dump-result.ts';

const PATIENCE_MS = 15_000;

type Source = Pick<DumpTask, 'job' | 'instance'>;

/**
 * Asks the database of a job whether it wants a dump; for a job without one the maintenance database is asked. What cannot
 * be read counts as yes: a server that is away is for the dump itself to complain about.
 */
export async function readDemand(source: Source, sources: RunContext['sources']): Promise<Demand> {
  try {
    return await withSource(source, sources, async (c) => {
      return demandOf(await c.transaction(() => readBackupFlag(c), { readOnly: true }));
    });
  } catch (error) {
    if (!(error instanceof PgSnapManError)) throw error;
    return demandUnknown(errorText(error));
  }
}

/**
 * After a good dump: takes back the YES that it has fulfilled. What somebody has set since stays. Whatever goes wrong is a
 * warning of the run; the dump is not touched by it.
 * @param seen the rows as the snapshot of the dump saw them
 */
export async function settleDemand(
  result: DumpResult,
  seen: readonly FlagRow[],
  task: Source & { demand: Demand },
  { sources }: Pick<RunContext, 'sources'>,
): Promise<DumpResult> {
  const warnings = [...task.demand.warnings];
  if (isGood(result.outcome) && seen.length > 0) {
    try {
      await withSource(task, sources, (c) => resetBackupFlag(c, seen));
    } catch (error) {
      if (!(error instanceof PgSnapManError)) throw error;
      warnings.push(staysWanted(errorText(error)));
    }
  }
  return warnings.reduce((so, warning) => withWarning(so, warning), result);
}

async function withSource<T>(
  { instance, job }: Source,
  sources: RunContext['sources'],
  work: (c: Connection) => Promise<T>,
): Promise<T> {
  const settings = instanceConnection(instance, job.dbname, sources);
  const c = await connect(settings, { timeoutMs: PATIENCE_MS, queryTimeoutMs: PATIENCE_MS });
  try {
    return await work(c);
  } finally {
    await c.close();
  }
}
