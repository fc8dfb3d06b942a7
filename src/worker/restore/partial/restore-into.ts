import { writeFile } from 'node:fs/promises';
import { errorText, PgSnapManError } from '../../../core/errors.ts';
import { qualifiedName, quoteLiteral } from '../../../core/postgres/identifiers.ts';
import { listFile } from '../../../core/restore/archive-selection.ts';
import type { IntoPlan } from '../../../core/restore/partial/plan-into.ts';
import { psqlCommand, scriptCommand } from '../../../core/restore/restore-command.ts';
import { RestoreProgress } from '../../../core/restore/restore-progress.ts';
import type { Connection } from '../../../sql/connection.ts';
import { faultPoint } from '../../fault.ts';
import { firstEntry, settle } from '../change-target.ts';
import { commandOptions } from '../command-options.ts';
import { createRoles } from '../create-roles.ts';
import { JournalFile } from '../journal-file.ts';
import { isOrdinary } from '../ordinary-error.ts';
import { pipeIntoPsql } from '../pipe-into-psql.ts';
import type { RestoreRun } from '../restore-run.ts';
import { giveBack } from '../settle-target.ts';
import { StagingWatch } from '../staging-watch.ts';
import type { TargetChange } from '../target-change.ts';

const OWN_SETTING = 'search_path of the source';

/**
 * Restores into a database that exists: what makes way, what is restored and the check of its rows are one transaction
 * of one session, so that it is all there or nothing is. The journal knows the transaction before it is committed.
 * @throws PgSnapManError or RunStopped when the database is as it was, anything else for a bug
 */
export async function restoreInto(run: RestoreRun, control: Connection, change: TargetChange): Promise<JournalFile> {
  const journal = await JournalFile.create(run.context.stagingDirectory, firstEntry(run, change.plan));
  try {
    await restore(run, control, change, journal);
  } catch (error) {
    if (!isOrdinary(error)) throw error;
    if ((await settle(run, journal)) !== 'finished') throw error;
    run.warn(`the last answer of the server was lost (${errorText(error)}), but everything was committed`);
    return journal;
  }
  faultPoint('into.committed');
  await giveBack(control, journal.content.give_back, (line) => run.warn(line));
  await analyze(run, change);
  return journal;
}

async function restore(
  run: RestoreRun,
  control: Connection,
  change: TargetChange,
  journal: JournalFile,
): Promise<void> {
  const { plan, question } = change;
  run.stage('roles');
  if (plan.roles !== null) await createRoles(run, control, plan.roles, { question, plan });
  faultPoint('restore.roles-created');
  run.stop.check();
  const watch = new StagingWatch(run, control, question.target.existing?.oid ?? 0);
  try {
    const failure = await runScript(run, change, watch, journal, '');
    if (failure === null) return;
    run.log(`error: ${failure}`);
    if (plan.secondChance === null || (await runScript(run, change, watch, journal, plan.secondChance)) !== null) {
      throw new PgSnapManError(
        'run_failed',
        `restoring into database "${plan.target}" failed: ${failure}`,
        'see the log of the run; everything was rolled back',
      );
    }
    run.log(`restored with the ${OWN_SETTING}`);
  } finally {
    watch.stop();
  }
}

/** @returns null when it is committed, else why it is not */
async function runScript(
  run: RestoreRun,
  { plan, question, tool, dump, directory }: TargetChange,
  watch: StagingWatch,
  journal: JournalFile,
  searchPath: string,
): Promise<string | null> {
  const { entries } = plan.selection;
  const command = commandOptions(run, { plan, target: question.target, tool, directory }, plan.target, 1);
  const progress = new RestoreProgress('data', entries, dump.files, false);
  run.stage(searchPath === '' ? 'restoring' : `restoring with the ${OWN_SETTING}`, progress.progress);
  watch.follow((activity) => {
    if (activity.copiedBytes !== null) progress.copied(activity.copiedBytes);
    run.progress(progress.progress);
  });
  await writeFile(command.listPath, listFile(plan.selection.dumpIds), { mode: 0o600 });
  const ownMark = `${run.task.uuid}: `;
  return pipeIntoPsql(run, {
    script: scriptCommand(command),
    psql: psqlCommand(tool.psql, command),
    header: { searchPath, rowSecurity: false },
    before: [...(plan.into?.before ?? []), ...plan.first].map(({ sql }) => `${sql};`).join('\n'),
    after: [
      ...(plan.into?.checks ?? []).map((check) => checkSql(check, ownMark)),
      ...plan.last.map(({ sql }) => `${sql};`),
    ].join('\n'),
    ownMark,
    onTransaction: async (transaction) => {
      await journal.update({ transaction });
      faultPoint('into.known');
    },
    onLine: (line) => {
      watch.touch();
      if (progress.line(line)) run.progress(progress.progress);
    },
  });
}

function checkSql({ sql, sentence }: IntoPlan['checks'][number], ownMark: string): string {
  const raise = `raise exception using message = ${quoteLiteral(`${ownMark}${sentence}`)}`;
  return `do language plpgsql ${quoteLiteral(`begin if not (${sql}) then ${raise}; end if; end`)};`;
}

/** The data are there all the same: a failure is a warning. */
async function analyze(run: RestoreRun, { plan }: TargetChange): Promise<void> {
  run.stage('analyzing');
  try {
    const c = await run.connect(plan.target);
    try {
      for (const { schema, name } of plan.expectedAtLast.tables)
        await c.script(`analyze ${qualifiedName(schema, name)}`);
    } finally {
      await c.close();
    }
  } catch (error) {
    if (!(error instanceof PgSnapManError)) throw error;
    run.warn(`statistics could not be gathered (run analyze by hand): ${errorText(error)}`);
  }
}
