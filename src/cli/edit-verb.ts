import { type Command, Option } from 'commander';
import { PgSnapManError } from '../core/errors.ts';
import type { Connection } from '../sql/connection.ts';
import { addVerb, type TreeSettings } from './command-tree.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';
import { writing } from './refused-value.ts';
import type { Subject } from './verbs.ts';

export interface Edit<Row extends object, Options extends object> extends Subject<Row> {
  description: string;
  /** What `--unset` takes, by option, with its column. */
  unset: Readonly<Record<string, string>>;
  /** Refuses options that do not go together, before anything is looked up. @throws PgSnapManError usage */
  checkOptions?(options: Options): void;
  /** Columns that change; undefined stays as it is. */
  columns(catalog: Connection, options: Options, row: Row): Promise<Readonly<Record<string, unknown>>>;
  /** Writes them, and gives the row as it is then. */
  save(catalog: Connection, row: Row, columns: Readonly<Record<string, unknown>>, options: Options): Promise<object>;
}

interface Unset {
  unset?: string[];
}

/**
 * Adds `edit` to a noun: the options of `add`, each changes its column; `--unset` puts one back to what holds without it.
 * The caller adds the options to the command that is returned.
 */
export function addEditVerb<Row extends object, Options extends object>(
  noun: Command,
  settings: TreeSettings,
  { argument, description, check, find, unset, checkOptions, columns, save }: Edit<Row, Options>,
): Command {
  const command = addVerb<Options & Unset>(
    noun,
    settings,
    `edit <${argument}>`,
    description,
    async (context, [reference = ''], options) => {
      check?.(reference);
      if (Object.keys(options).every((name) => GLOBAL_OPTIONS.includes(name))) {
        throw new PgSnapManError('usage', 'nothing is to be changed', 'name what with options; see --help');
      }
      checkOptions?.(options);
      const emptied = Object.fromEntries((options.unset ?? []).map((name) => [unset[name] ?? name, null]));
      const row = await context.withCatalog((catalog) =>
        writing(async () => {
          const found = await find(catalog, reference);
          const changes = { ...emptied, ...withoutUndefined(await columns(catalog, options, found)) };
          return await save(catalog, found, changes, options);
        }),
      );
      if (context.output.json) context.output.show(row);
    },
  );
  const names = Object.keys(unset);
  if (names.length === 0) return command;
  return command.addOption(
    new Option('--unset <option>', 'back to what holds without it; may be repeated')
      .choices(names)
      .argParser((value: string, before: string[] = []) => {
        if (names.includes(value)) return [...before, value];
        throw new PgSnapManError('usage', `there is no "${value}" to unset`, `one of ${names.join(', ')}`);
      }),
  );
}

function withoutUndefined(columns: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}
