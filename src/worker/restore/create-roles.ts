import { PgSnapManError } from '../../core/errors.ts';
import { planRolesOf } from '../../core/restore/plan-restore.ts';
import type { RestorePlan } from '../../core/restore/restore-plan.ts';
import type { RestoreQuestion } from '../../core/restore/restore-question.ts';
import type { RolePlan } from '../../core/restore/role-plan.ts';
import type { Connection } from '../../sql/connection.ts';
import { readTargetRoles } from '../../sql/instance/target-facts.ts';
import type { RestoreRun } from './restore-run.ts';
import { runStatements } from './run-statements.ts';

/** Keys of the advisory lock under which roles are created: the letters "pgsr". */
const LOCK_CLASS = 0x70677372;

/**
 * Creates the missing roles, all or none of them. One restore at a time does so on an instance, as several that run at the
 * same time may want the same ones. When somebody has created some of them since the plan was made, it is made anew.
 * @throws PgSnapManError
 */
export async function createRoles(
  run: RestoreRun,
  c: Connection,
  planned: RolePlan,
  { question, plan: { selection } }: { question: RestoreQuestion; plan: RestorePlan },
): Promise<void> {
  if (planned.statements.length + planned.borrow.length === 0) return;
  let plan = planned;
  try {
    await c.transaction(async () => {
      await c.rows('select pg_advisory_xact_lock($1, 0)', [LOCK_CLASS]);
      const roles = await readTargetRoles(c);
      if (roles.some(({ name }) => planned.create.includes(name))) {
        plan = planRolesOf({ ...question, target: { ...question.target, roles } }, selection.entries);
      }
      if (plan.create.length > 0) await keepOutOfServerLog(c);
      const statements = [...plan.statements, ...plan.borrow.map(({ take }) => take)];
      await runStatements(c, statements, (warning) => run.warn(warning));
    });
  } catch (error) {
    if (!(error instanceof PgSnapManError)) throw error;
    throw new PgSnapManError(error.code, `creating roles failed: ${error.message}`, error.hint, { cause: error });
  }
  if (plan.create.length > 0) run.log(`created roles: ${plan.create.map((name) => `"${name}"`).join(', ')}`);
}

/** Password hashes are part of the statements; superusers can keep them out of the server's log. */
async function keepOutOfServerLog(c: Connection): Promise<void> {
  await c.script(`
    do $$ begin
      if (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
        perform pg_catalog.set_config('log_statement', 'none', true),
          pg_catalog.set_config('log_min_duration_statement', '-1', true),
          pg_catalog.set_config('log_min_error_statement', 'panic', true);
      end if;
    end $$`);
}
