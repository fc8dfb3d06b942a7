import pLimit from 'p-limit';
import { isClusterDump } from '../../core/cluster-dump/cluster-command.ts';
import { instanceConnection } from '../../core/connection/connection-settings.ts';
import { type LockRoom, lockHint, locksSuffice } from '../../core/dump/lock-room.ts';
import type { DumpJob, Instance } from '../../core/model/configuration.ts';
import { connect } from '../../sql/connection.ts';
import { readLockRoom } from '../../sql/instance/lock-room.ts';
import type { WorkerSetup } from '../worker-setup.ts';
import { type Finding, warning } from './finding.ts';

const DATABASE_TIMEOUT_MS = 5_000;
const AT_A_TIME = 4;

/**
 * Warns of databases with more tables than their server lets a dump lock. One that cannot be asked is left out: what is
 * wrong with its instance is found elsewhere.
 */
export async function checkLocks(
  worker: WorkerSetup,
  instances: readonly Instance[],
  jobs: readonly DumpJob[],
): Promise<Finding[]> {
  const limit = pLimit(AT_A_TIME);
  const asked = instances
    .filter(({ status }) => status === 'active')
    .flatMap((instance) =>
      databasesOf(instance, jobs).map((dbname) => limit(() => checkDatabase(worker, instance, dbname))),
    );
  return (await Promise.all(asked)).filter((finding) => finding !== null);
}

/** Databases of which a job dumps everything. */
function databasesOf(instance: Instance, jobs: readonly DumpJob[]): string[] {
  const whole = jobs.filter(
    (job) =>
      job.instance_id === instance.id &&
      job.status === 'active' &&
      !isClusterDump(job) &&
      job.schemas.length + job.tables.length === 0,
  );
  return [...new Set(whole.map(({ dbname }) => dbname))].filter((dbname) => dbname !== null);
}

async function checkDatabase(worker: WorkerSetup, instance: Instance, dbname: string): Promise<Finding | null> {
  const room = await askDatabase(worker, instance, dbname).catch(() => null);
  if (room === null || locksSuffice(room)) return null;
  const text = `database ${JSON.stringify(dbname)} has ${room.tables} tables: the server may not have room for a lock on each`;
  return warning(`instance ${instance.name}`, text, lockHint(room));
}

async function askDatabase(worker: WorkerSetup, instance: Instance, dbname: string): Promise<LockRoom | null> {
  const settings = instanceConnection(instance, dbname, worker.sources);
  const times = { timeoutMs: DATABASE_TIMEOUT_MS, queryTimeoutMs: DATABASE_TIMEOUT_MS };
  const connection = await connect(settings, times);
  try {
    return await readLockRoom(connection);
  } finally {
    await connection.close();
  }
}
