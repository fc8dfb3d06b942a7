import { type Command, Option } from 'commander';
import type { Worker } from '../core/model/configuration.ts';
import { scheduleText } from './options/job-options.ts';
import { postgresName, someText, timeSpan, timezone, wholeNumber } from './options/values.ts';

/** Options that describe a worker, for `register` and `edit`. */
export interface WorkerOptions {
  timezone?: string;
  comment?: string;
  autoAdd?: Worker['auto_add'];
  restoreWorker?: string;
  maxParallelDumps?: number;
  maxParallelRestores?: number;
  catchUp?: number;
  stallTimeout?: number;
  configSchedule?: string;
  cleanSchedule?: string;
  verifySchedule?: string;
  verifyPercent?: number;
  discoverySchedule?: string;
  loginRole?: string;
}

export function addWorkerOptions(command: Command): Command {
  return command
    .addOption(new Option('--timezone <zone>', 'time zone of its schedules').argParser(timezone))
    .addOption(
      new Option('--auto-add <what>', 'what instances with auto_add = inherit do with new databases').choices([
        'off',
        'halted',
        'active',
      ]),
    )
    .option('--restore-worker <worker>', 'worker that restores its dumps, id or name', someText('--restore-worker'))
    .option('--max-parallel-dumps <n>', 'dumps at a time', wholeNumber('--max-parallel-dumps', 1, 1000))
    .option('--max-parallel-restores <n>', 'restores at a time', wholeNumber('--max-parallel-restores', 1, 1000))
    .option('--catch-up <span>', 'how old a missed run may be to be made up', timeSpan('--catch-up', 0))
    .option('--stall-timeout <span>', 'time without progress that ends a run', timeSpan('--stall-timeout', 1))
    .option('--config-schedule <cron>', 'when it reads the whole configuration again', scheduleText)
    .option('--clean-schedule <cron>', 'when it removes what retention drops', scheduleText)
    .option('--verify-schedule <cron>', 'when it verifies dumps', scheduleText)
    .option(
      '--verify-percent <n>',
      'share of what is not yet verified that it verifies each time',
      wholeNumber('--verify-percent', 0, 100),
    )
    .option('--discovery-schedule <cron>', 'when it looks for new and vanished databases', scheduleText)
    .option(
      '--login-role <role>',
      'role that it logs in to the catalog as, see catalog init --roles',
      postgresName('--login-role'),
    )
    .option('--comment <text>', 'for people', someText('--comment'));
}

/** Columns that the options give; undefined: nothing was said. */
export function workerColumns(options: WorkerOptions): Partial<Worker> & { login_role?: string | undefined } {
  return {
    timezone: options.timezone,
    auto_add: options.autoAdd,
    max_parallel_dumps: options.maxParallelDumps,
    max_parallel_restores: options.maxParallelRestores,
    catch_up_ms: options.catchUp,
    stall_timeout_ms: options.stallTimeout,
    config_schedule: options.configSchedule,
    clean_schedule: options.cleanSchedule,
    verify_schedule: options.verifySchedule,
    verify_percent: options.verifyPercent,
    discovery_schedule: options.discoverySchedule,
    login_role: options.loginRole,
    comment: options.comment,
  };
}
