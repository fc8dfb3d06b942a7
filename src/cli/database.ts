import type { DatabaseRow } from '../sql/catalog/databases.ts';
import { addNoun, type NounBuilder } from './command-tree.ts';
import type { ListOptions } from './options/list-options.ts';
import type { ListColumn } from './output/output.ts';
import { addListVerb } from './verbs.ts';

const COLUMNS: readonly ListColumn<DatabaseRow>[] = [
  { key: 'instance_name', title: 'INSTANCE', shrinkTo: 10 },
  { key: 'name', title: 'DATABASE', shrinkTo: 12 },
  { key: 'size_bytes', title: 'SIZE', align: 'right', priority: 1 },
  { key: 'covered', title: 'COVERED' },
  { key: 'first_seen_at', title: 'FIRST SEEN', priority: 3 },
  { key: 'last_seen_at', title: 'LAST SEEN', priority: 4 },
  { key: 'dropped_at', title: 'DROPPED', priority: 2 },
];

/** `database list` */
export const addDatabaseCommands: NounBuilder = (program, settings) => {
  const noun = addNoun(program, 'database', 'databases that the workers found');
  addListVerb<DatabaseRow, ListOptions & { uncovered?: true }>(noun, settings, {
    description: 'list the databases that were found, dropped ones included',
    filters: ['db', 'instance', 'worker'],
    sorts: ['name', 'size_bytes', 'first_seen_at'],
    columns: COLUMNS,
    fetch: async (catalog, options) =>
      (await import('../sql/catalog/databases.ts')).listDatabaseInventory(catalog, options),
  }).option('--uncovered', 'only those that are there and no active repeat job dumps whole');
};
