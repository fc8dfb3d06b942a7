import { parse, stringify, TomlError } from 'smol-toml';
import * as z from 'zod';
import { PgSnapManError } from '../errors.ts';
import { CONFIGURATION_TABLES, type ConfigurationTable, TABLE_RULES } from './tables.ts';

/** A row as it stands in the file: columns by name, references by name; columns without a value are left out. */
export type FileRow = Readonly<Record<string, unknown>>;

/** The configuration of a catalog as a readable file. */
export interface ConfigurationFile {
  format: 1;
  /** Identity of the catalog: numbers of jobs mean the same jobs only there. */
  catalog_id: string;
  exported_at: string;
  tables: Readonly<Record<ConfigurationTable, readonly FileRow[]>>;
}

const rowSchema = z.record(z.string(), z.unknown());
const fileSchema = z.strictObject({
  format: z.literal(1),
  catalog_id: z.string(),
  exported_at: z.string(),
  ...Object.fromEntries(CONFIGURATION_TABLES.map((table) => [table, z.array(rowSchema).default([])])),
});

const HEAD = `# Configuration of a pgsnapman catalog. References are names, times are intervals of Postgres; what is left out has no value.
# pgsnapman catalog import FILE shows what would change, and asks.
`;

export function configurationText(file: ConfigurationFile): string {
  const { format, catalog_id, exported_at, tables } = file;
  return `${HEAD}${stringify({ format, catalog_id, exported_at, ...tables })}\n`;
}

/** @throws PgSnapManError usage for a text that is no such file, with what is wrong */
export function parseConfigurationFile(text: string, name: string): ConfigurationFile {
  const parsed = fileSchema.safeParse(read(text, name));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const what =
      issue?.code === 'unrecognized_keys'
        ? `unknown part ${issue.keys[0]}`
        : `${issue?.path.join('.')}: ${issue?.message}`;
    throw new PgSnapManError(
      'usage',
      `${name} is no configuration of a catalog: ${what}`,
      'see `pgsnapman catalog export`',
    );
  }
  const { format, catalog_id, exported_at, ...tables } = parsed.data as unknown as Omit<ConfigurationFile, 'tables'> &
    ConfigurationFile['tables'];
  for (const table of CONFIGURATION_TABLES) checkKeys(table, tables[table], name);
  return { format, catalog_id, exported_at, tables };
}

function read(text: string, name: string): unknown {
  try {
    return text.trimStart().startsWith('{') ? JSON.parse(text) : parse(text);
  } catch (error) {
    const where = error instanceof TomlError ? ` at line ${error.line}, column ${error.column}` : '';
    throw new PgSnapManError('usage', `${name} is neither TOML nor JSON${where}`, 'see `pgsnapman catalog export`');
  }
}

function checkKeys(table: ConfigurationTable, rows: readonly FileRow[], name: string): void {
  const seen = new Set<string>();
  for (const [number, row] of rows.entries()) {
    const key = keyOf(table, row);
    if (key === null) {
      const wanted = TABLE_RULES[table].key.join(' and ');
      throw new PgSnapManError(
        'usage',
        `${name}: ${table} number ${number + 1} has no ${wanted}`,
        'every row needs it',
      );
    }
    if (seen.has(key)) throw new PgSnapManError('usage', `${name}: ${table} ${key} is there twice`, 'leave one out');
    seen.add(key);
  }
}

/** What tells a row of its table from the others; null: the row does not say. */
export function keyOf(table: ConfigurationTable, row: FileRow): string | null {
  const parts = TABLE_RULES[table].key.map((column) => row[column]);
  return parts.some((part) => part === undefined || part === null) ? null : parts.join(' ');
}
