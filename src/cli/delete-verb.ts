import type { Command } from 'commander';
import type { Connection } from '../sql/connection.ts';
import { addVerb, type TreeSettings } from './command-tree.ts';
import { confirm, requireConfirmation } from './confirm.ts';
import type { Subject } from './verbs.ts';

export interface Deletion<Row extends object, Options extends object> extends Subject<Row> {
  description: string;
  /** What people are asked. @throws PgSnapManError usage for what must not be deleted */
  question(catalog: Connection, row: Row, options: Options): Promise<string>;
  remove(catalog: Connection, row: Row, options: Options): Promise<void>;
  /** What is said afterwards. */
  done(row: Row): string;
}

/** Adds `delete` to a noun; it asks first. */
export function addDeleteVerb<Row extends object, Options extends object = object>(
  noun: Command,
  settings: TreeSettings,
  { argument, description, check, find, question, remove, done }: Deletion<Row, Options>,
): Command {
  return addVerb<Options>(
    noun,
    settings,
    `delete <${argument}>`,
    description,
    async (context, [reference = ''], options) => {
      check?.(reference);
      requireConfirmation(context);
      const row = await context.withCatalog(async (catalog) => {
        const found = await find(catalog, reference);
        await confirm(context, await question(catalog, found, options));
        await remove(catalog, found, options);
        return found;
      });
      context.output.result(done(row), row);
    },
  );
}
