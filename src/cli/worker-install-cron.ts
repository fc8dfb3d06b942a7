import { realpathSync } from 'node:fs';
import { cronCommand, markOf, withMarkedLine } from '../core/cron/crontab.ts';
import { PgSnapManError } from '../core/errors.ts';
import { configurationFile } from './configuration.ts';
import type { Context } from './context.ts';

const OVERRIDES = ['PGSNAPMAN_CATALOG_URL', 'PGSNAPMAN_ROOT', 'PGSNAPMAN_WORKER'];

/** `worker install-cron [--remove]`: one line of this account's crontab, and only ever that one. */
export async function installCron(context: Context, { remove = false }: { remove?: boolean }): Promise<void> {
  const { readCrontab, writeCrontab } = await import('../worker/cron/crontab-file.ts');
  const { output } = context;
  const { root } = (await context.configuration()).worker;
  const line = remove ? null : await cronLine(context);
  const before = await readCrontab();
  const after = withMarkedLine(before, markOf(root), line);
  if (after !== before) await writeCrontab(after);
  const changed = after !== before;
  if (remove) {
    output.result(changed ? 'cron does not start the worker any more' : 'cron did not start it', {
      changed,
      line: null,
    });
    return;
  }
  const written = `${line} ${markOf(root)}`;
  output.result(changed ? `added to the crontab: ${written}` : 'the crontab has the line already', {
    changed,
    line: written,
  });
}

async function cronLine(context: Context): Promise<string> {
  const { options, around } = context;
  const file = configurationFile(options.config, around.env);
  if (file === null) {
    const hint = 'cron sees no variables of your shell: write the configuration into a file';
    throw new PgSnapManError('configuration', 'there is no configuration file that cron could use', hint);
  }
  const set = OVERRIDES.filter((name) => around.env[name]);
  if (set.length > 0) context.output.note(`warning: cron will not see ${set.join(', ')}; ${file} is what holds there`);
  await context.withWorker(async () => {});
  const program = realpathSync(process.argv[1] ?? '');
  try {
    return `* * * * * ${cronCommand([process.execPath, program, 'worker', 'run', '--config', file])}`;
  } catch (error) {
    throw new PgSnapManError('configuration', (error as Error).message, 'use paths without line ends');
  }
}
