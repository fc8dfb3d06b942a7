import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isClusterDump } from '../../core/cluster-dump/cluster-command.ts';
import type { Instance, RestoreJob } from '../../core/model/configuration.ts';
import { reportClusterPlan } from '../../core/restore/cluster/cluster-report.ts';
import { type PlanReport, reportPlan } from '../../core/restore/plan-report.ts';
import type { Connection } from '../../sql/connection.ts';
import { chooseDumpOf } from '../run/choose-dump.ts';
import { findOwnRestoreJob } from '../run/find-job.ts';
import type { RunContext } from '../run/run-context.ts';
import { withOwnCatalog } from '../run/with-own-catalog.ts';
import { beginSession, type WorkSession } from '../run/work-session.ts';
import { workerContext } from '../run/worker-context.ts';
import type { WorkerSetup } from '../worker-setup.ts';
import { gatherClusterPlan } from './cluster/gather-cluster-plan.ts';
import { gatherPlan } from './gather-plan.ts';
import { readDump } from './read-dump.ts';
import { RestoreRun } from './restore-run.ts';

/**
 * The plan of a restore job of this worker, for people: what would happen now. Only reads; a halted worker answers too.
 * @param dumpUuid another dump than the job's own, such as for a job that waits for its trigger
 * @throws PgSnapManError not_found, configuration (OthersJob) if another worker has the dump, run_failed when dump or
 * target cannot be read
 */
export async function planRestoreJob(
  worker: WorkerSetup,
  jobId: number,
  { dumpUuid = null }: { dumpUuid?: string | null } = {},
): Promise<PlanReport> {
  const session = await beginSession(worker);
  return withOwnCatalog(
    session,
    async (catalog) => {
      const { job, destination } = await findOwnRestoreJob(session, catalog, jobId, dumpUuid);
      const chosen = await chooseDumpOf(await worker.dumps(), job, dumpUuid);
      return planFor(session, { job, destination, dumpUuid: chosen }, await verification(catalog, chosen));
    },
    { evenIfHalted: true },
  );
}

type Verified = { level: number; at: Date | null } | null;

async function verification(catalog: Connection | null, dumpUuid: string): Promise<Verified> {
  if (catalog === null) return null;
  const { findDump } = await import('../../sql/catalog/dumps.ts');
  const dump = await findDump(catalog, dumpUuid).catch(() => null);
  return dump === null ? null : { level: dump.verified_level, at: dump.verified_at };
}

async function planFor(
  session: WorkSession,
  { job, destination, dumpUuid }: { job: RestoreJob; destination: Instance; dumpUuid: string },
  verified: Verified,
): Promise<PlanReport> {
  const { worker } = session;
  const uuid = randomUUID();
  const folder = join(worker.root.staging, `plan-${uuid}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const triggerKind = job.job_type === 'trigger' ? ('dump' as const) : ('manual' as const);
    const task = { uuid, job, destination, dumpUuid, triggerKind, dueAt: null };
    const run = new RestoreRun(task, await contextOf(session, folder));
    const isCluster = isClusterDump((await run.context.dumps.manifest(dumpUuid))?.manifest ?? { dump_type: 'full' });
    const dump = isCluster ? null : await readDump(run);
    const control = await run.connect(null);
    try {
      if (dump === null) {
        const { question, plan, tool } = await gatherClusterPlan(run, control);
        return reportClusterPlan(question, plan, { tool: tool.version.text, now: worker.now(), verified });
      }
      const { question, plan } = await gatherPlan(run, control, dump);
      return reportPlan(question, plan, { now: worker.now(), verified });
    } finally {
      await control.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function contextOf(session: WorkSession, stagingDirectory: string): Promise<RunContext> {
  const { limits } = session;
  return {
    ...(await workerContext(session)),
    stagingDirectory,
    limits: { stallTimeoutMs: limits.stallTimeoutMs({ stall_timeout_ms: null }), lockWaitTimeoutMs: 0 },
    onProgress: () => {},
    log: () => {},
    signal: new AbortController().signal,
  };
}
