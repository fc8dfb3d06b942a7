import { FLAG_KEY, type FlagRow } from '../../core/dump/on-demand.ts';
import { PgSnapManError } from '../../core/errors.ts';
import type { Connection } from '../connection.ts';

const EXISTS = `select exists (select from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
  where n.nspname = 'pgsnapman' and c.relname = 'metainfo') as there`;

/**
 * Whether reading, and writing, the table runs nothing but the server's own code. It belongs to whoever owns the database;
 * we may be a superuser there, and functions in views, policies, triggers, rules, checks and indexes would run as us. What
 * depends on functions and operators that come with the server is not recorded in pg_depend.
 */
const SAFETY = `
select c.relkind = 'r' and not c.relrowsecurity and not exists (
    select from pg_attribute as a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      and a.attname in ('key', 'val') and a.atttypid <> all ('{text,varchar,bpchar}'::regtype[])) as readable,
  not c.relhasrules
  and not exists (select from pg_trigger as t where t.tgrelid = c.oid and not t.tgisinternal)
  and not exists (
    select from pg_depend as d
    where d.refclassid in ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass, 'pg_type'::regclass)
      and ((d.classid = 'pg_class'::regclass and d.objid = c.oid)
        or (d.classid = 'pg_constraint'::regclass and d.objid in (select oid from pg_constraint where conrelid = c.oid))
        or (d.classid = 'pg_attrdef'::regclass and d.objid in (select oid from pg_attrdef where adrelid = c.oid))
        or (d.classid = 'pg_class'::regclass and d.objid in (select indexrelid from pg_index where indrelid = c.oid)))
  ) as writable
from pg_class as c where c.oid = 'pgsnapman.metainfo'::regclass`;

/** Locks the table, so that nobody puts something else in its place, and looks at it. @throws PgSnapManError run_failed */
async function lockPlainTable(c: Connection, mode: 'access share' | 'row exclusive'): Promise<void> {
  await c.script("set local lock_timeout = '5s'; set local row_security = off");
  await c.script(`lock table only pgsnapman.metainfo in ${mode} mode`);
  const safety = await c.row<{ readable: boolean; writable: boolean }>(SAFETY);
  if (safety?.readable && (mode === 'access share' || safety.writable)) return;
  throw new PgSnapManError('run_failed', 'it is no plain table of texts without triggers, rules and policies');
}

/**
 * The rows of pgsnapman.metainfo that say whether a dump is wanted; none if there is no such table. Call it in a
 * transaction, which fails with it.
 * @throws PgSnapManError run_failed
 */
export async function readBackupFlag(c: Connection): Promise<FlagRow[]> {
  if ((await c.row<{ there: boolean }>(EXISTS))?.there !== true) return [];
  await lockPlainTable(c, 'access share');
  return c.rows<FlagRow>(
    `select left(val::text, 100) as val, ctid::text as ctid, xmin::text as xmin from only pgsnapman.metainfo
    where key = $1 limit 100`,
    [FLAG_KEY],
  );
}

/** Null: nothing keeps the server from writing; else why it does not. */
async function readOnlyReason(c: Connection): Promise<string | null> {
  const row = await c.row<{ standby: boolean; read_only: boolean }>(
    `select pg_is_in_recovery() as standby, current_setting('default_transaction_read_only') = 'on' as read_only`,
  );
  if (row?.standby) return 'the source is a standby, which cannot be written to';
  return row?.read_only ? 'the source is read-only' : null;
}

/**
 * Sets the flag back to NO in those row versions that are still there as they were seen.
 * @throws PgSnapManError run_failed when that is not possible
 */
export async function resetBackupFlag(c: Connection, seen: readonly FlagRow[]): Promise<void> {
  const reason = await readOnlyReason(c);
  if (reason !== null) throw new PgSnapManError('run_failed', reason);
  await c.transaction(async () => {
    await lockPlainTable(c, 'row exclusive');
    for (const { ctid, xmin } of seen) {
      await c.execute(
        `update only pgsnapman.metainfo set val = 'NO' where ctid = $1::tid and xmin::text = $2 and key = $3`,
        [ctid, xmin, FLAG_KEY],
      );
    }
  });
}
