import { type Command, Option } from 'commander';
import { outcomeSchema } from '../../core/model/outcome.ts';
import type { Surroundings } from '../output/streams.ts';
import { pointInTime, someText, wholeNumber } from './values.ts';

/** Filters of lists; each list takes those that mean something for it. */
export interface ListOptions {
  since?: Date;
  status?: string;
  outcome?: string;
  db?: string;
  instance?: string;
  worker?: string;
  job?: number;
  level?: string;
  sort?: string;
  limit: number;
}

export type ListOption = Exclude<keyof ListOptions, 'limit'>;

/** Enough for people, and a bound for a catalog with a million dumps. */
const DEFAULT_LIMIT = 1000;

/** Adds filters to a list. `sortKeys` are the columns that it can be sorted by; `-` in front turns the order. */
export function addListOptions(
  command: Command,
  around: Surroundings,
  names: readonly ListOption[],
  sortKeys: readonly string[],
): Command {
  const options: Record<ListOption, () => Option> = {
    since: () =>
      new Option('--since <time>', 'from this time on: 24h, 7d, 2026-01-31T03:00').argParser(
        pointInTime('--since', around.now),
      ),
    status: () => new Option('--status <status>', 'only with this status').choices(['active', 'halted']),
    outcome: () => new Option('--outcome <outcome>', 'only with this outcome').choices(outcomeSchema.options),
    db: () =>
      new Option('--db <pattern>', 'only databases whose name fits; * and ? are wildcards').argParser(someText('--db')),
    instance: () =>
      new Option('--instance <instance>', 'only of this instance: id, name or host[:port]').argParser(
        someText('--instance'),
      ),
    worker: () => new Option('--worker <worker>', 'only of this worker: id or name').argParser(someText('--worker')),
    job: () => new Option('--job <id>', 'only of this job').argParser(wholeNumber('--job', 1)),
    level: () =>
      new Option('--level <level>', 'this level and worse').choices(['debug', 'info', 'warning', 'error', 'critical']),
    sort: () =>
      new Option('--sort <column>', 'sort by this column; - in front: downwards').choices(
        sortKeys.flatMap((key) => [key, `-${key}`]),
      ),
  };
  for (const name of names) command.addOption(options[name]());
  if (sortKeys.length > 0) command.addOption(options.sort());
  return command.addOption(
    new Option('--limit <n>', 'at most so many rows')
      .argParser(wholeNumber('--limit', 1, 1_000_000))
      .default(DEFAULT_LIMIT),
  );
}
