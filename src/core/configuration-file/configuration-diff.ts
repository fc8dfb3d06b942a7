import { type ConfigurationFile, type FileRow, keyOf } from './configuration-file.ts';
import { CONFIGURATION_TABLES, type ConfigurationTable, isIdentity } from './tables.ts';

interface FieldChange {
  field: string;
  from: unknown;
  to: unknown;
}

/** What an import would do to one row. */
export interface RowChange {
  table: ConfigurationTable;
  key: string;
  change: 'add' | 'change';
  row: FileRow;
  fields: FieldChange[];
}

/** Numbers of rows that have names: they may differ from catalog to catalog. */
const HAVE_NAMES: readonly ConfigurationTable[] = ['worker', 'instance', 'script'];

/**
 * What has to be added and changed in a catalog so that it has what the file says. Rows that the file does not have stay.
 * `mayBeNull`: false for columns that must have a value; what the file leaves out of those stays as it is.
 */
export function diffConfiguration(
  current: ConfigurationFile,
  wanted: ConfigurationFile,
  mayBeNull: (table: ConfigurationTable, field: string) => boolean,
): RowChange[] {
  return CONFIGURATION_TABLES.flatMap((table) => {
    const there = new Map(current.tables[table].map((row) => [keyOf(table, row), row]));
    return wanted.tables[table].flatMap((row): RowChange[] => {
      const key = keyOf(table, row) ?? '';
      if (isIdentity(table, key)) return [];
      const known = there.get(key);
      if (known === undefined) return [{ table, key, change: 'add', row, fields: [] }];
      const fields = changedFields(table, known, row, (field) => mayBeNull(table, field));
      return fields.length === 0 ? [] : [{ table, key, change: 'change', row, fields }];
    });
  });
}

function changedFields(
  table: ConfigurationTable,
  known: FileRow,
  row: FileRow,
  mayBeNull: (field: string) => boolean,
): FieldChange[] {
  const names = [...new Set([...Object.keys(known), ...Object.keys(row)])];
  return names.flatMap((field) => {
    if (field === 'id' && HAVE_NAMES.includes(table)) return [];
    const [from, to] = [known[field] ?? null, row[field] ?? null];
    if (to === null && !mayBeNull(field)) return [];
    return JSON.stringify(sorted(from)) === JSON.stringify(sorted(to)) ? [] : [{ field, from, to }];
  });
}

/** Objects with their keys in order, so that equal ones have equal texts. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One line per row and changed field, as `catalog import` shows it. */
export function diffLines(changes: readonly RowChange[]): string[] {
  const shown = (value: unknown): string => (value === null ? '(nothing)' : JSON.stringify(value));
  return changes.flatMap(({ table, key, change, row, fields }) => {
    const name = `${table} ${key}`;
    if (change === 'add') return [`+ ${name}  ${JSON.stringify(row)}`];
    return fields.map(({ field, from, to }) => `~ ${name}  ${field}: ${shown(from)} → ${shown(to)}`);
  });
}
