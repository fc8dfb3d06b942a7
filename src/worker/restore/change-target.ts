import { errorText, PgSnapManError } from '../../core/errors.ts';
import type { Journal } from '../../core/restore/journal.ts';
import type { RestorePlan } from '../../core/restore/restore-plan.ts';
import type { Connection } from '../../sql/connection.ts';
import { faultPoint } from '../fault.ts';
import { checkAndAnalyze } from './check-and-analyze.ts';
import { createRoles } from './create-roles.ts';
import { finishDatabase } from './finish-database.ts';
import { JournalFile } from './journal-file.ts';
import { isOrdinary } from './ordinary-error.ts';
import { clearTarget } from './replaced-database.ts';
import type { RestoreRun } from './restore-run.ts';
import { restoreSections } from './restore-sections.ts';
import { runSqlScript } from './run-sql-script.ts';
import { runStatements } from './run-statements.ts';
import { createdRoles, giveBack, type Settled, settleTarget } from './settle-target.ts';
import { createStaging } from './staging-database.ts';
import { StagingWatch } from './staging-watch.ts';
import type { Inspect, TargetChange } from './target-change.ts';

/** How a drill ends that has seen everything; its database is dropped like that of any run that ends early. */
const INSPECTED = 'the drill is done';
const SETTLE_TIMEOUT_MS = 120_000;

/**
 * Everything that changes the target, in the order that the journal allows to heal. What fails is undone here, except
 * for roles; the journal stays only where that was not possible.
 * @param inspect a drill: called with the complete staging database instead of giving it the target's name; the database
 *   is dropped afterwards
 * @throws PgSnapManError or RunStopped when the target is as it was (or will be healed), anything else for a bug
 */
export async function changeTarget(
  run: RestoreRun,
  control: Connection,
  change: TargetChange,
  inspect: Inspect | null,
): Promise<JournalFile> {
  const journal = await JournalFile.create(run.context.stagingDirectory, firstEntry(run, change.plan));
  try {
    await makeDatabase(run, control, change, journal, inspect);
  } catch (error) {
    if (!isOrdinary(error)) throw error;
    if ((await settle(run, journal)) !== 'finished') throw error;
    run.warn(`the last answer of the server was lost (${errorText(error)}), but the database has got its name`);
    return journal;
  }
  await giveBack(control, journal.content.give_back, (line) => run.warn(line));
  return journal;
}

/** What the journal says before anything is done. */
export function firstEntry({ task }: RestoreRun, { staging, target, roles }: RestorePlan): Journal {
  const { name, host, port, username, service, sslmode, maintenance_db } = task.destination;
  return {
    format: 1,
    run_uuid: task.uuid,
    instance: { name, host, port, username, service, sslmode, maintenance_db },
    target,
    staging,
    step: 'started',
    staging_oid: null,
    replaced: null,
    transaction: null,
    roles: roles?.create ?? [],
    give_back: roles?.borrow.map(({ giveBack }) => giveBack.sql) ?? [],
    result: null,
  };
}

async function makeDatabase(
  run: RestoreRun,
  control: Connection,
  change: TargetChange,
  journal: JournalFile,
  inspect: Inspect | null,
): Promise<void> {
  const { plan, question, tool, dump, directory } = change;
  run.stage('roles');
  if (plan.roles !== null) {
    await createRoles(run, control, plan.roles, { question, plan });
  }
  faultPoint('restore.roles-created');
  run.stop.check();
  if (plan.replaces?.way === 'drop_before') {
    await clearTarget(run, control, plan.target, plan.replaces.oid, journal);
  }
  await journal.update({ step: 'creating' });
  const oid = await createStaging(control, plan.staging, plan.createDatabase);
  await journal.update({ step: 'created', staging_oid: oid });
  faultPoint('restore.database-created');
  const watch = new StagingWatch(run, control, oid);
  try {
    await runFirst(run, plan);
    const { before_script: before } = run.task.job;
    if (before !== null) await runSqlScript(run, plan.staging, before, 'before');
    const lost = await restoreSections(run, {
      plan,
      target: question.target,
      tool,
      files: dump.files,
      directory,
      watch,
    });
    faultPoint('restore.restored');
    watch.follow(() => {});
    await checkAndAnalyze(run, control, plan, lost);
    if (inspect !== null) {
      await inspect(run, control, change);
      throw new PgSnapManError('cancelled', INSPECTED);
    }
  } finally {
    watch.stop();
  }
  run.stage('renaming');
  await finishDatabase(run, control, change, oid, journal);
}

async function runFirst(run: RestoreRun, { staging, first }: RestorePlan): Promise<void> {
  if (first.length === 0) return;
  const c = await run.connect(staging);
  try {
    await c.transaction(() => runStatements(c, first, (warning) => run.warn(warning)));
  } finally {
    await c.close();
  }
}

/**
 * After a failure, in a session of its own, as the old one may be what broke (it keeps the lock for as long as it lives).
 * Null: the target could not be reached or did not answer, and the journal stays for a later try.
 */
export async function settle(run: RestoreRun, journal: JournalFile): Promise<Settled | null> {
  let c: Connection | null = null;
  try {
    c = await run.connect(null, { queryTimeoutMs: SETTLE_TIMEOUT_MS });
    const settled = await settleTarget(
      c,
      journal.content,
      (name) => run.connect(name, { queryTimeoutMs: SETTLE_TIMEOUT_MS }),
      (line) => run.log(line),
    );
    if (settled === 'finished') return settled;
    const roles = await createdRoles(c, journal.content.roles);
    if (roles.length > 0) run.warn(`roles that the restore created remain: ${roles.map(quoted).join(', ')}`);
    await journal.remove();
    return settled;
  } catch (error) {
    if (!(error instanceof PgSnapManError)) throw error;
    run.warn(`staging database "${journal.content.staging}" could not be dropped yet: ${error.message}`);
    return null;
  } finally {
    await c?.close();
  }
}

const quoted = (name: string): string => `"${name}"`;
