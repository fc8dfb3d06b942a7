import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

export interface MigrationFile {
  number: number;
  /** Such as `0001_configuration.sql`. */
  name: string;
  sql: string;
  sha256: string;
}

/** Beside this file; in the built program beside the bundle. */
const FOLDER = new URL('./migrations/', import.meta.url);
const NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;

const names = readdirSync(FOLDER)
  .filter((name) => NAME.test(name))
  .sort();

/** The version of the catalog that this program knows: the number of the newest migration. */
export const CATALOG_VERSION = Number(NAME.exec(names.at(-1) ?? '')?.[1] ?? 0);

/** Line ends as they are in the repository, whatever a checkout on Windows made of them: the checksum counts them. */
const read = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8').replaceAll('\r\n', '\n');

/** All migrations, oldest first. */
export function migrationFiles(): MigrationFile[] {
  return names.map((name) => {
    const sql = read(name);
    return { number: Number(name.slice(0, 4)), name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
  });
}
