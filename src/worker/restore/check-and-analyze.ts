import { errorText, PgSnapManError } from '../../core/errors.ts';
import { redactValues } from '../../core/restore/redact.ts';
import type { RestorePlan } from '../../core/restore/restore-plan.ts';
import type { Statement } from '../../core/restore/statement.ts';
import { type Connection, ConnectionError } from '../../sql/connection.ts';
import { checkDatabase, checkStructure } from './check-database.ts';
import type { RestoreRun } from './restore-run.ts';
import { runSqlScript } from './run-sql-script.ts';
import { runStatements } from './run-statements.ts';

const CONNECTIONS = 2;

/**
 * Proves that the staging database holds what the dump says, and gathers its statistics.
 * @param lost dump ids of entries that have been told as losses, and are not told again
 * @throws PgSnapManError
 */
export async function checkAndAnalyze(
  run: RestoreRun,
  control: Connection,
  plan: RestorePlan,
  lost: ReadonlySet<number>,
): Promise<void> {
  const connections: Connection[] = [];
  const endThem = () => {
    for (const connection of connections) {
      control.rows('select pg_terminate_backend($1)', [connection.backendPid]).catch(() => {});
      void connection.close(); // where the server does not answer, nobody else ends the waiting
    }
  };
  try {
    for (let i = 0; i < CONNECTIONS; i++)
      connections.push(await run.connect(plan.staging, { session: { row_security: 'off' } }));
    run.stop.signal.addEventListener('abort', endThem, { once: true });
    run.stage('checking rows', { done_items: 0, total_items: plan.expected.tables.length });
    const objects = plan.objects.filter(({ dumpId }) => !lost.has(dumpId));
    await checkDatabase(run, connections, { expected: plan.expected, objects });
    await setProperties(run, connections, plan.last);
    const { after_script: after } = run.task.job;
    if (after !== null) {
      // before statistics are gathered, which hold values of rows
      await runSqlScript(run, plan.staging, after, 'after');
      await checkStructure(run, connections, plan.expectedAtLast);
    }
    run.stage('analyzing');
    await analyze(run, connections, plan.secondChance);
    await setProperties(run, connections, plan.propertiesFromInside);
  } finally {
    run.stop.signal.removeEventListener('abort', endThem);
    await Promise.all(connections.map((connection) => connection.close()));
  }
  run.stop.check();
}

async function setProperties(
  run: RestoreRun,
  [c]: readonly Connection[],
  statements: readonly Statement[],
): Promise<void> {
  if (statements.length === 0) return;
  await c?.transaction(() => runStatements(c, statements, (warning) => run.warn(warning)));
}

/**
 * Without statistics the data are there all the same: a failure is a warning. Expressions of indexes are evaluated, which
 * may rely on the search_path of the source.
 */
async function analyze(run: RestoreRun, [connection]: readonly Connection[], searchPath: string | null): Promise<void> {
  try {
    await connection?.transaction(async () => {
      if (searchPath !== null) await connection.rows("select set_config('search_path', $1, true)", [searchPath]);
      await connection.script('analyze');
    });
  } catch (error) {
    if (error instanceof ConnectionError || !(error instanceof PgSnapManError)) throw error;
    run.warn(`statistics could not be gathered (run analyze by hand): ${redactValues(errorText(error))}`);
  }
}
