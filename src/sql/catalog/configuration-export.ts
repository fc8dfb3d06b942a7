import type { ConfigurationFile, FileRow } from '../../core/configuration-file/configuration-file.ts';
import { CONFIGURATION_TABLES, type ConfigurationTable, TABLE_RULES } from '../../core/configuration-file/tables.ts';
import { quoteIdentifier } from '../../core/postgres/identifiers.ts';
import type { Connection } from '../connection.ts';

const NAMED = ['worker', 'instance', 'script'] as const;

/** Names by id, for what is referred to. */
type Names = Record<(typeof NAMED)[number], Map<number, string>>;

/** The whole configuration, as it is at one moment. */
export async function exportConfiguration(c: Connection): Promise<ConfigurationFile> {
  return await c.transaction(
    async () => {
      const names = await readNames(c);
      const tables: Partial<Record<ConfigurationTable, FileRow[]>> = {};
      for (const table of CONFIGURATION_TABLES) tables[table] = await readTable(c, table, names);
      const head = await c.row<{ catalog_id: string; now: Date }>(
        `select (select value from pgsnapman.setting where key = 'catalog_id') as catalog_id, now() as now`,
      );
      return {
        format: 1,
        catalog_id: head?.catalog_id ?? '',
        exported_at: (head?.now ?? new Date(0)).toISOString(),
        tables: tables as ConfigurationFile['tables'],
      };
    },
    { isolation: 'repeatable read', readOnly: true },
  );
}

async function readNames(c: Connection): Promise<Names> {
  const names: Partial<Names> = {};
  for (const table of NAMED) {
    const rows = await c.rows<{ id: number; name: string }>(`select id, name from pgsnapman.${table}`);
    names[table] = new Map(rows.map(({ id, name }) => [id, name]));
  }
  return names as Names;
}

async function readTable(c: Connection, table: ConfigurationTable, names: Names): Promise<FileRow[]> {
  const { key, references, omit } = TABLE_RULES[table];
  const dump =
    table === 'restore_job'
      ? `|| jsonb_build_object('dump_uuid', (select d.uuid from pgsnapman.dump as d where d.id = t.dump_id))`
      : '';
  const rows = await c.rows<{ row: Record<string, unknown> }>(
    `select jsonb_strip_nulls((to_jsonb(t) ${dump}) - $1::text[]) as row from pgsnapman.${table} as t
    order by ${key.map(quoteIdentifier).join(', ')}`,
    [[...omit, ...(table === 'restore_job' ? ['dump_id'] : [])]],
  );
  return rows.map(({ row }) => {
    for (const [column, { table: other, field }] of Object.entries(references)) {
      const id = row[column];
      delete row[column];
      if (typeof id === 'number') row[field] = names[other].get(id) ?? null;
    }
    return row;
  });
}

/** Columns that may have no value, by table. */
export async function nullableColumns(c: Connection): Promise<(table: ConfigurationTable, field: string) => boolean> {
  const rows = await c.rows<{ name: string }>(
    `select c.relname || '.' || a.attname as name from pg_attribute as a join pg_class as c on c.oid = a.attrelid
    where c.relnamespace = 'pgsnapman'::regnamespace and a.attnum > 0 and not a.attnotnull and not a.attisdropped`,
  );
  const nullable = new Set(rows.map(({ name }) => name));
  return (table, field) => nullable.has(`${table}.${columnOf(table, field)}`);
}

/** `default_worker` → `default_worker_id` */
export function columnOf(table: ConfigurationTable, field: string): string {
  const found = Object.entries(TABLE_RULES[table].references).find(([, reference]) => reference.field === field);
  return found?.[0] ?? (table === 'restore_job' && field === 'dump_uuid' ? 'dump_id' : field);
}
