import { type Command, Option } from 'commander';
import { type Instance, sslModeSchema } from '../core/model/configuration.ts';
import { parseWindow } from './options/job-options.ts';
import { postgresName, someText, wholeNumber } from './options/values.ts';

/** Options that describe an instance, for `add` and `edit`. */
export interface InstanceOptions {
  name?: string;
  user?: string;
  worker?: string;
  window?: { window_start: string; window_end: string };
  autoAdd?: Instance['auto_add'];
  maintenanceDb?: string;
  service?: string;
  sslmode?: Instance['sslmode'];
  environment?: string;
  restores?: Instance['restores'];
  maxParallel?: number;
  untrusted?: true;
  halted?: true;
  comment?: string;
}

export function addInstanceOptions(command: Command): Command {
  return command
    .option('--name <name>', 'name for people; default: host and port', someText('--name'))
    .option('--user <role>', 'role to log in as; default: PGUSER, else the account', postgresName('--user'))
    .option(
      '--worker <worker>',
      'worker that takes its dumps, id or name; default: the one of this configuration',
      someText('--worker'),
    )
    .option('--window <start-end>', 'backup window, such as 20-6', parseWindow)
    .addOption(
      new Option('--auto-add <what>', 'what happens with new databases').choices([
        'off',
        'halted',
        'active',
        'inherit',
      ]),
    )
    .option('--maintenance-db <name>', 'database for questions about the instance', postgresName('--maintenance-db'))
    .option('--service <name>', "section of the worker's connection service file", someText('--service'))
    .addOption(new Option('--sslmode <mode>', 'as in libpq').choices(sslModeSchema.options))
    .option('--environment <label>', 'label such as prod or test', someText('--environment'))
    .addOption(
      new Option('--restores <what>', 'whether it may be the target of restores').choices([
        'allowed',
        'confirm',
        'never',
      ]),
    )
    .option('--max-parallel <n>', 'jobs that use it at a time', wholeNumber('--max-parallel', 1, 1000))
    .option('--untrusted', 'its dumps are restored only as a non-superuser')
    .option('--comment <text>', 'for people', someText('--comment'));
}

/** Columns that the options give; undefined: nothing was said. */
export function instanceColumns(options: InstanceOptions): Partial<Instance> {
  return {
    name: options.name,
    username: options.user,
    ...options.window,
    auto_add: options.autoAdd,
    maintenance_db: options.maintenanceDb,
    service: options.service,
    sslmode: options.sslmode,
    environment: options.environment,
    restores: options.restores,
    max_parallel: options.maxParallel,
    trusted: options.untrusted === true ? false : undefined,
    comment: options.comment,
  };
}
