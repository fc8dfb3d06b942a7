import { readFileSync } from 'node:fs';
import { PgSnapManError } from '../core/errors.ts';
import { type Connection, sqlStateOf } from './connection.ts';

/** Beside the migrations, in the sources and in the built program. */
const FILE = new URL('./migrations/roles.sql', import.meta.url);

const NOT_PERMITTED = '42501';

/**
 * Makes the roles pgsnapman_owner, _manager, _worker and _viewer with their rights and row-level security, or brings them
 * up to date. @throws PgSnapManError run_failed if this role may not do that
 */
export async function installRoles(c: Connection): Promise<void> {
  const sql = readFileSync(FILE, 'utf8');
  try {
    await c.transaction(() => c.script(sql));
  } catch (error) {
    if (sqlStateOf(error) !== NOT_PERMITTED) throw error;
    const hint = 'do this as a superuser, or as a role with CREATEROLE that owns the catalog';
    throw new PgSnapManError('run_failed', `the roles could not be made: ${(error as Error).message}`, hint);
  }
}

/** True if the catalog has been given to the roles. */
export async function usesRoles(c: Connection): Promise<boolean> {
  const row = await c.row<{ found: boolean }>(
    `select exists (
      select from pg_catalog.pg_class as t join pg_catalog.pg_roles as r on r.oid = t.relowner
      where t.oid = pg_catalog.to_regclass('pgsnapman.worker') and r.rolname = 'pgsnapman_owner') as found`,
  );
  return row?.found ?? false;
}
