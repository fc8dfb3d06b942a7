import { quoteIdentifier } from '../../core/postgres/identifiers.ts';
import type { Connection } from '../connection.ts';

/** pg_dump reads subscriptions as a superuser only; otherwise it leaves them out. */
const SUBSCRIPTIONS = `
select subname as name from pg_subscription
where subdbid = (select oid from pg_database where datname = current_database())
  and not (select rolsuper from pg_roles where rolname = current_user)
order by 1`;

/**
 * Options of user mappings (passwords among them) that the view pg_user_mappings shows as null to this role; pg_dump then
 * writes the mapping without them. The conditions are those of the view.
 */
const USER_MAPPINGS = `
select s.srvname as server, m.usename as user
from pg_user_mappings as m join pg_foreign_server as s on s.oid = m.srvid
where m.umoptions is null
  and not (m.umuser <> 0 and m.usename = current_user
    and (pg_has_role(s.srvowner, 'usage') or has_server_privilege(s.oid, 'usage')))
  and not (m.umuser = 0 and pg_has_role(s.srvowner, 'usage'))
  and not (select rolsuper from pg_roles where rolname = current_user)
order by 1, 2`;

/** On a standby unlogged tables are empty, and pg_dump leaves their data out. */
const UNLOGGED = `
select n.nspname as schema, c.relname as name
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where pg_is_in_recovery() and c.relpersistence = 'u' and c.relkind = 'r'
order by 1, 2`;

/** What pg_dump will leave out of a dump of this database by this role without a word, as sentences. */
export async function readLeftOut(c: Connection): Promise<string[]> {
  const subscriptions = await c.rows<{ name: string }>(SUBSCRIPTIONS);
  const mappings = await c.rows<{ server: string; user: string }>(USER_MAPPINGS);
  const unlogged = await c.rows<{ schema: string; name: string }>(UNLOGGED);
  const q = quoteIdentifier;
  return [
    ...subscriptions.map(
      (s) => `subscription ${q(s.name)} is not in the dump: only a superuser may read subscriptions`,
    ),
    ...mappings.map(
      (m) =>
        `options of the user mapping for ${q(m.user)} on server ${q(m.server)} are not in the dump: the dumping role may not see them`,
    ),
    ...unlogged.map(
      (t) => `data of unlogged table ${q(t.schema)}.${q(t.name)} is not in the dump: the server is a standby`,
    ),
  ];
}
