import { PgSnapManError } from '../../core/errors.ts';
import { runChild } from '../process/run-child.ts';

/** The crontab of this account; empty if it has none. @throws PgSnapManError configuration without a crontab command */
export async function readCrontab(): Promise<string> {
  const result = await runChild({ file: 'crontab', args: ['-l'], env: {} });
  if (result.startError !== null) {
    const hint = 'install cron, or run `pgsnapman worker daemon` as a service';
    throw new PgSnapManError('configuration', 'there is no crontab command here', hint);
  }
  if (result.exitCode === 0) return result.stdout;
  const said = result.stderrTail.join(' ');
  // An account without a crontab is the usual case, and `crontab -l` calls it an error.
  if (/no crontab for/i.test(said)) return '';
  throw new PgSnapManError('configuration', `the crontab could not be read: ${said}`, 'see whether `crontab -l` works');
}

/** @throws PgSnapManError configuration if it was refused */
export async function writeCrontab(text: string): Promise<void> {
  const result = await runChild({ file: 'crontab', args: ['-'], env: {} }, { stdin: text });
  if (result.exitCode === 0) return;
  const said = result.startError ?? result.stderrTail.join(' ');
  throw new PgSnapManError(
    'configuration',
    `the crontab could not be written: ${said}`,
    'see whether `crontab -e` works',
  );
}
