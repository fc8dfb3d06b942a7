import { PgSnapManError } from '../core/errors.ts';
import { type Connection, sqlStateOf } from './connection.ts';
import { CATALOG_VERSION, migrationFiles } from './migration-files.ts';

interface CatalogStatus {
  installed: boolean;
  /** Number of the newest migration that is installed; null: none. */
  version: number | null;
  /** Number of the newest migration that this program knows. */
  known: number;
  /** Names of the migrations that are still to be installed. */
  pending: string[];
  server_version: string;
  /** Rows of the tables that people ask about first; only when the catalog is installed in the known version. */
  counts?: Record<'worker' | 'instance' | 'dump_job' | 'restore_job' | 'dump' | 'restore_run', number>;
}

export interface InstalledMigration {
  number: number;
  name: string;
  sha256: string;
}

const NO_TABLE = ['42P01', '3F000'];
const UPGRADE_HINT = 'install the newer pgsnapman on this machine';

/** What is installed, oldest first; null when there is no catalog. */
export async function installedMigrations(c: Connection): Promise<InstalledMigration[] | null> {
  const found = await c.row<{ there: boolean }>(`select to_regclass('pgsnapman.migration') is not null as there`);
  if (!found?.there) return null;
  return await c.rows<InstalledMigration>('select number, name, sha256 from pgsnapman.migration order by number');
}

/** The error of a program that is too old for the catalog. */
export function newerCatalog(version: number): PgSnapManError {
  const text = `the catalog has version ${version}, newer than this program knows (${CATALOG_VERSION})`;
  return new PgSnapManError('catalog_version', text, UPGRADE_HINT);
}

async function countRows(c: Connection): Promise<CatalogStatus['counts']> {
  return await c.row(`select
    (select count(*) from pgsnapman.worker) as worker, (select count(*) from pgsnapman.instance) as instance,
    (select count(*) from pgsnapman.dump_job) as dump_job, (select count(*) from pgsnapman.restore_job) as restore_job,
    (select count(*) from pgsnapman.dump) as dump, (select count(*) from pgsnapman.restore_run) as restore_run`);
}

/** What is installed, without changing anything and without judging it. */
export async function catalogStatus(c: Connection): Promise<CatalogStatus> {
  const installed = await installedMigrations(c);
  const numbers = new Set(installed?.map(({ number }) => number));
  const version = installed?.at(-1)?.number ?? null;
  const counts = version === CATALOG_VERSION ? await countRows(c) : undefined;
  return {
    installed: installed !== null,
    version,
    known: CATALOG_VERSION,
    pending: migrationFiles()
      .filter(({ number }) => !numbers.has(number))
      .map(({ name }) => name),
    server_version: c.serverVersion,
    ...(counts === undefined ? {} : { counts }),
  };
}

async function installedVersion(c: Connection): Promise<number> {
  try {
    const found = await c.row<{ version: number | null }>('select max(number) as version from pgsnapman.migration');
    return found?.version ?? 0;
  } catch (error) {
    if (NO_TABLE.includes(sqlStateOf(error) ?? '')) return 0;
    if (sqlStateOf(error) !== '42501' || !(error instanceof Error)) throw error;
    const hint = 'grant the role what it needs, or log in as another one';
    throw new PgSnapManError('catalog_unreachable', `the catalog cannot be read: ${error.message}`, hint);
  }
}

/**
 * Makes sure that the catalog is there in the version that this program knows. One small query.
 * @throws PgSnapManError catalog_version
 */
export async function requireCatalog(c: Connection): Promise<void> {
  const version = await installedVersion(c);
  if (version === CATALOG_VERSION) return;
  if (version > CATALOG_VERSION) throw newerCatalog(version);
  if (version === 0) {
    throw new PgSnapManError('catalog_version', 'there is no catalog in this database', 'run: pgsnapman catalog init');
  }
  const text = `the catalog has version ${version}, this program needs ${CATALOG_VERSION}`;
  throw new PgSnapManError('catalog_version', text, 'run: pgsnapman catalog migrate');
}
