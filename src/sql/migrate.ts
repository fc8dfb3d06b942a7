import { PgSnapManError } from '../core/errors.ts';
import { type InstalledMigration, installedMigrations, newerCatalog } from './catalog-status.ts';
import { type Connection, QueryError } from './connection.ts';
import { CATALOG_VERSION, type MigrationFile, migrationFiles } from './migration-files.ts';

export { catalogStatus, requireCatalog } from './catalog-status.ts';
export { CATALOG_VERSION } from './migration-files.ts';

const OLDEST_SERVER = 140_000;
/** Key of the advisory lock under which migrations run: `pgsnap` as a number. */
const LOCK_KEY = 0x7067736e6170;

const MIGRATION_TABLE = `
create table if not exists pgsnapman.migration (
    number integer primary key,
    name text not null,
    sha256 text not null,
    applied_at timestamptz not null default now()
);
comment on table pgsnapman.migration is 'Which versions of the catalog''s schema were installed, and when';
comment on column pgsnapman.migration.number is 'Number of the migration; the highest is the version of the catalog';
comment on column pgsnapman.migration.name is 'Name of its file';
comment on column pgsnapman.migration.sha256 is 'SHA-256 of the file as it was installed';
comment on column pgsnapman.migration.applied_at is 'When it was installed';
`;

/** @throws PgSnapManError catalog_version if the catalog is newer, or a migration is not the one that was installed */
function refuseStrangers(installed: readonly InstalledMigration[], files: readonly MigrationFile[]): void {
  const newest = installed.at(-1)?.number ?? 0;
  if (newest > CATALOG_VERSION) throw newerCatalog(newest);
  for (const { number, name, sha256 } of installed) {
    if (files.find((file) => file.number === number)?.sha256 === sha256) continue;
    throw new PgSnapManError(
      'catalog_version',
      `migration ${name} was installed from a file that differs from the one of this program`,
      'use the released version of pgsnapman that made this catalog, or a newer one',
    );
  }
}

async function refuseUnfitDatabase(c: Connection): Promise<void> {
  if (c.serverVersionNum < OLDEST_SERVER) {
    const text = `the catalog needs PostgreSQL 14 or newer, and this server is ${c.serverVersion}`;
    throw new PgSnapManError(
      'catalog_version',
      text,
      'put the catalog on another server, or use catalog.url = "local"',
    );
  }
  const found = await c.row<{ encoding: string }>(`select current_setting('server_encoding') as encoding`);
  if (found?.encoding !== 'UTF8') {
    throw new PgSnapManError(
      'configuration',
      `the catalog's database has the encoding ${found?.encoding}, and names of databases may be in any`,
      `make one with: create database pgsnapman encoding 'UTF8' template template0`,
    );
  }
}

function migrationFailed(name: string, error: unknown): unknown {
  if (!(error instanceof QueryError)) return error;
  if (error.sqlState === '42501') {
    const hint = 'log in as a role that may create schemas in this database, or as the owner of the catalog';
    return new PgSnapManError('configuration', `the catalog cannot be installed: ${error.message}`, hint);
  }
  const hint = error.sqlState === '42P06' ? 'use another database, or drop that schema' : error.hint;
  const text = `migration ${name} cannot be installed: ${error.message}`;
  return new PgSnapManError('catalog_version', text, hint, { cause: error });
}

/** Installs the next migration that is missing; null: there is none. One transaction, one at a time. */
async function installNext(c: Connection, files: readonly MigrationFile[]): Promise<string | null> {
  return await c.transaction(async () => {
    await c.execute('select pg_advisory_xact_lock($1)', [LOCK_KEY]);
    const installed = (await installedMigrations(c)) ?? [];
    refuseStrangers(installed, files);
    const file = files.find(({ number }) => !installed.some((migration) => migration.number === number));
    if (!file) return null;
    try {
      await c.script(file.sql);
      await c.script(MIGRATION_TABLE);
      await c.execute('insert into pgsnapman.migration (number, name, sha256) values ($1, $2, $3)', [
        file.number,
        file.name,
        file.sha256,
      ]);
    } catch (error) {
      throw migrationFailed(file.name, error);
    }
    return file.name;
  });
}

/**
 * Creates or upgrades the catalog in the database of the connection. Several may try at the same time. Calling it for a
 * catalog that is up to date changes nothing.
 * @throws PgSnapManError catalog_version for a newer catalog or a changed migration, configuration for a database or
 * role that does not fit
 */
export async function migrateCatalog(c: Connection): Promise<{ applied: string[]; version: number }> {
  await refuseUnfitDatabase(c);
  const files = migrationFiles();
  const applied: string[] = [];
  for (;;) {
    const name = await installNext(c, files);
    if (name === null) return { applied, version: CATALOG_VERSION };
    applied.push(name);
  }
}
