import type { Command } from 'commander';
import type { Connection } from '../sql/connection.ts';
import { addVerb, type TreeSettings } from './command-tree.ts';
import { addListOptions, type ListOption, type ListOptions } from './options/list-options.ts';
import type { ListColumn } from './output/output.ts';

/** What a `list` shows, and how its rows are fetched; the modules that fetch are loaded in there. */
export interface Listing<Row extends object, Options extends ListOptions = ListOptions> {
  description: string;
  filters: readonly ListOption[];
  sorts: readonly string[];
  columns: readonly ListColumn<Row>[];
  fetch(catalog: Connection, options: Options): Promise<Row[]>;
}

/** Adds `list` to a noun. */
export function addListVerb<Row extends object, Options extends ListOptions = ListOptions>(
  noun: Command,
  settings: TreeSettings,
  { description, filters, sorts, columns, fetch }: Listing<Row, Options>,
): Command {
  const command = addVerb<Options>(noun, settings, 'list', description, async (context, _args, options) => {
    await context.output.list(await context.withCatalog((catalog) => fetch(catalog, options)), columns);
  });
  return addListOptions(command, settings.around, filters, sorts);
}

/** How a verb names what it is about: its argument, the check of it, and where it is found. */
export interface Subject<Row extends object> {
  /** As commander writes arguments, without brackets: `id`, `instance`. */
  argument: string;
  /** Refuses what cannot be a reference, before anything is looked up. @throws PgSnapManError usage */
  check?(reference: string): unknown;
  /** @throws PgSnapManError not_found, usage */
  find(catalog: Connection, reference: string): Promise<Row>;
}

/** Adds `show` to a noun. */
export function addShowVerb<Row extends object>(
  noun: Command,
  settings: TreeSettings,
  description: string,
  { argument, check, find }: Subject<Row>,
): Command {
  return addVerb(noun, settings, `show <${argument}>`, description, async (context, [reference = '']) => {
    check?.(reference);
    context.output.show(await context.withCatalog((catalog) => find(catalog, reference)));
  });
}
