import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CLUSTER_FILE } from '../../../core/cluster-dump/cluster-command.ts';
import { errorText, PgSnapManError } from '../../../core/errors.ts';
import type { RestoreResult } from '../../../core/model/results.ts';
import type { ClusterPlan } from '../../../core/restore/cluster/plan-cluster.ts';
import { judgeErrors } from '../../../core/restore/harmless-errors.ts';
import type { Connection } from '../../../sql/connection.ts';
import { isServerAway } from '../../../sql/connection-error.ts';
import { terminateBackends } from '../../../sql/instance/backends.ts';
import { faultPoint } from '../../fault.ts';
import { StallWatch } from '../../process/stall-watch.ts';
import type { RunContext } from '../../run/run-context.ts';
import { isOrdinary } from '../ordinary-error.ts';
import { clusterResult, failedResult } from '../restore-result.ts';
import { RestoreRun } from '../restore-run.ts';
import type { RestoreTask } from '../restore-task.ts';
import { stagingActivity } from '../staging-activity.ts';
import { lockTarget } from '../target-lock.ts';
import { throwRefusals } from '../throw-refusals.ts';
import { writeMark } from './cluster-mark.ts';
import { type GatheredClusterPlan, gatherClusterPlan } from './gather-cluster-plan.ts';
import { runClusterPsql } from './run-cluster-psql.ts';

/**
 * Restores a dump of a whole cluster: roles, tablespaces and databases that the target does not have. There is no way
 * back: what has been made when it fails stays, and the outcome says what is missing.
 */
export async function restoreCluster(task: RestoreTask, context: RunContext): Promise<RestoreResult> {
  const run = new RestoreRun(task, context);
  const startedAt = context.now();
  let toolVersion: string | null = null;
  try {
    if (task.triggerKind === 'drill') throw noDrill();
    faultPoint('restore.started');
    run.stage('checking');
    const control = await run.connect(null);
    control.onLost((error) =>
      run.stop.stop({ outcome: 'failed', sentence: errorText(error), hint: 'check that the target still runs' }),
    );
    try {
      await lockTarget(control, task.job.dest_dbname, task.destination.name);
      const gathered = await gatherClusterPlan(run, control);
      toolVersion = gathered.tool.version.text;
      await perform(run, control, gathered);
      const { table_count: tables, row_count: rows } = gathered.manifest;
      return clusterResult(run, startedAt, { tables, rows }, toolVersion);
    } finally {
      await control.close();
    }
  } catch (error) {
    if (!isOrdinary(error)) throw error;
    if (isServerAway(error) || (error instanceof PgSnapManError && error.code === 'busy')) context.onPassing?.();
    return failedResult(run, startedAt, error, toolVersion);
  } finally {
    for (const name of ['dump', 'cluster.json']) {
      await rm(join(context.stagingDirectory, name), { recursive: true, force: true });
    }
  }
}

async function perform(run: RestoreRun, control: Connection, gathered: GatheredClusterPlan): Promise<void> {
  const { plan } = gathered;
  throwRefusals(plan.refusals);
  for (const note of plan.notes) run.log(`note: ${note}`);
  for (const warning of plan.warnings) run.warn(warning);
  const { dumps, stagingDirectory } = run.context;
  run.stage('materializing');
  const directory = join(stagingDirectory, 'dump');
  await dumps.materialize(run.task.dumpUuid, directory);
  run.stop.check();
  await writeMark(stagingDirectory, run.task.uuid, run.task.destination);
  faultPoint('cluster-restore.started');
  await runScript(run, control, gathered, join(directory, CLUSTER_FILE));
  faultPoint('cluster-restore.restored');
  run.stage('checking databases');
  await requireAll(control, plan);
  await analyze(run, plan.databases);
}

/** @throws PgSnapManError run_failed naming what failed, unless the job accepts losses; RunStopped */
async function runScript(run: RestoreRun, control: Connection, gathered: GatheredClusterPlan, path: string) {
  const { plan, tool, manifest, question, maintenanceWorkMemKib } = gathered;
  let bytes = 0;
  run.stage('restoring', { total_bytes: manifest.raw_bytes });
  const watch = new StallWatch({
    timeoutMs: run.stallTimeoutMs,
    probe: async () => {
      const activity = await stagingActivity(control, run.applicationName, 0);
      return { ...activity, mark: String(bytes) };
    },
    onStall: (waiting) =>
      run.stop.stop({
        outcome: 'stalled',
        sentence: `no progress for ${run.stallTimeoutMs / 1000} s${waiting === null ? '' : `: psql waited ${waiting}`}`,
        hint: 'see what the target waits for, or raise stall_timeout',
      }),
  });
  const endSessions = () => void terminateBackends(control, run.applicationName).catch(() => {});
  run.stop.signal.addEventListener('abort', endSessions, { once: true });
  try {
    const { errors, leftOut, broken } = await runClusterPsql(run, {
      path,
      present: plan.present,
      tool,
      serverVersionNum: question.target.server_version_num,
      maintenanceWorkMemKib,
      onBytes: (count) => {
        bytes += count;
        const { raw_bytes: total_bytes } = manifest;
        run.progress({ ...NOTHING, stage: 'restoring', done_bytes: bytes, total_bytes });
      },
    });
    for (const what of leftOut) run.log(`left out, as it exists on the target: ${what}`);
    const { harmless, losses } = judgeErrors({ errors, failed: new Set(), count: errors.length }, new Map());
    for (const sentence of harmless) run.log(`harmless: ${sentence}`);
    if (broken !== null) throw failed(`the stream could not be run to its end: ${broken}`);
    requireNoLosses(
      run,
      losses.map(({ sentence }) => sentence),
    );
  } finally {
    watch.stop();
    run.stop.signal.removeEventListener('abort', endSessions);
  }
}

const NOTHING = { item: null, done_items: null, total_items: null };
const NAMED_LOSSES = 3;

function requireNoLosses(run: RestoreRun, losses: readonly string[]): void {
  if (losses.length === 0) return;
  if (run.task.job.accept_losses) {
    for (const loss of losses) run.warn(loss);
    return;
  }
  for (const loss of losses) run.log(`lost: ${loss}`);
  const more = losses.length > NAMED_LOSSES ? `, and ${losses.length - NAMED_LOSSES} more` : '';
  throw failed(`not everything could be restored: ${losses.slice(0, NAMED_LOSSES).join('; ')}${more}`);
}

async function requireAll(control: Connection, { databases, roles }: ClusterPlan): Promise<void> {
  const missing = await control.rows<{ what: string }>(
    `select 'database ' || quote_ident(n) as what from unnest($1::text[]) as n
       where n not in (select datname from pg_database)
     union all select 'role ' || quote_ident(n) from unnest($2::text[]) as n where n not in (select rolname from pg_roles)`,
    [databases, roles],
  );
  if (missing.length > 0) throw failed(`not everything is there: ${missing.map(({ what }) => what).join(', ')}`);
}

/** Without statistics the data are there all the same: a failure is a warning. */
async function analyze(run: RestoreRun, databases: readonly string[]): Promise<void> {
  run.stage('analyzing');
  for (const name of databases) {
    run.stop.check();
    try {
      const c = await run.connect(name);
      await c.script('analyze').finally(() => c.close());
    } catch (error) {
      run.warn(`database "${name}" could not be analyzed: ${errorText(error)}`);
    }
  }
}

const failed = (sentence: string): PgSnapManError =>
  new PgSnapManError('run_failed', sentence, 'what was restored is still there; the log of the run names the rest');

const noDrill = (): PgSnapManError =>
  new PgSnapManError('usage', 'dumps of a whole cluster have no drill', 'verify it up to level 3');
