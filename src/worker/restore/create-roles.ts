import { PgSnapManError } from '../../core/errors.ts';
import type { RolePlan } from '../../core/restore/role-sql.ts';
import type { Connection } from '../../sql/connection.ts';
import type { RestoreRun } from './restore-run.ts';
import { runStatements } from './run-statements.ts';

/** Creates the missing roles, all or none of them. @throws PgSnapManError */
export async function createRoles(run: RestoreRun, c: Connection, plan: RolePlan): Promise<void> {
  const statements = [...plan.statements, ...plan.borrow.map(({ take }) => take)];
  if (statements.length === 0) return;
  try {
    await c.transaction(async () => {
      if (plan.create.length > 0) await keepOutOfServerLog(c);
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
