import type { ExistingDatabase, SessionCount } from '../../core/restore/target-facts.ts';
import type { Connection } from '../connection.ts';

const DATABASE = `
select d.oid::int8 as oid, pg_get_userbyid(d.datdba) as owner, pg_has_role(d.datdba, 'usage') as owned,
  case when has_database_privilege(d.oid, 'connect') or pg_has_role('pg_read_all_stats', 'usage')
    then pg_database_size(d.oid) end as size_bytes,
  d.datallowconn as allow_connections, d.datistemplate as is_template,
  array(select p.gid from pg_prepared_xacts as p where p.database = d.datname order by 1) as prepared_transactions,
  array(select s.slot_name::text from pg_replication_slots as s where s.database = d.datname order by 1) as logical_slots,
  array(select s.subname::text from pg_subscription as s where s.subdbid = d.oid order by 1) as subscriptions
from pg_database as d where d.datname = $1`;

/** Sessions of superusers can be ended by superusers only; others also by members of the role and pg_signal_backend. */
const SESSIONS = `
select a.usename as role, count(*)::int as count, bool_and(
    (select rolsuper from pg_roles where rolname = current_user)
    or a.usename is not null and not coalesce((select r.rolsuper from pg_roles as r where r.oid = a.usesysid), false)
      and (pg_has_role(a.usesysid, 'usage') or pg_has_role('pg_signal_backend', 'usage'))) as may_end
from pg_stat_activity as a
where a.datid = $1 and a.pid <> pg_backend_pid()
  -- null: of somebody about whom we may not know more
  and coalesce(a.backend_type, '') not in ('autovacuum worker', 'parallel worker')
group by a.usename order by 1`;

/** What a restore has to know about a database that it would replace; null: there is none of that name. */
export async function readExistingDatabase(c: Connection, name: string): Promise<ExistingDatabase | null> {
  const found = await c.row<Omit<ExistingDatabase, 'sessions'>>(DATABASE, [name]);
  if (found === undefined) return null;
  return { ...found, sessions: await c.rows<SessionCount>(SESSIONS, [found.oid]) };
}
