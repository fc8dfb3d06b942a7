import { errorText, PgSnapManError } from '../../core/errors.ts';
import type { ScriptText } from '../../core/model/configuration.ts';
import { redactValues } from '../../core/restore/redact.ts';
import { ConnectionError } from '../../sql/connection.ts';
import type { RestoreRun } from './restore-run.ts';

/**
 * Runs the SQL of a job in the staging database, through the protocol: no psql, no meta-commands. Several statements are
 * one transaction, unless the script says otherwise.
 * @throws PgSnapManError naming the script, without any value
 */
export async function runSqlScript(
  run: RestoreRun,
  dbname: string,
  script: ScriptText,
  when: 'before' | 'after',
): Promise<void> {
  run.stage(`script ${when} the restore`);
  run.log(`script "${script.name}", SHA-256 ${script.sha256}`);
  const c = await run.connect(dbname, { session: { search_path: '"$user", public', client_min_messages: 'warning' } });
  const end = () => void c.close();
  run.stop.signal.addEventListener('abort', end, { once: true });
  try {
    await c.script(script.code);
  } catch (error) {
    if (error instanceof ConnectionError || !(error instanceof PgSnapManError)) throw error;
    throw new PgSnapManError(
      'run_failed',
      `script "${script.name}" failed: ${redactValues(errorText(error))}`,
      'the restored database was dropped, nobody has seen it; correct the script',
    );
  } finally {
    run.stop.signal.removeEventListener('abort', end);
    await c.close();
  }
}
