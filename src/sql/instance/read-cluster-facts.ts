import type { ListedDatabase } from '../../core/cluster-dump/left-out.ts';
import type { ClusterFacts } from '../../core/facts/cluster-facts.ts';
import type { Connection } from '../connection.ts';

interface Row {
  databases: (ClusterFacts['databases'][number] & ListedDatabase)[];
  roles: ClusterFacts['roles'];
  tablespaces: ClusterFacts['tablespaces'] | null;
  passwords: boolean;
}

/** The role that initdb made has this number on every server. */
const FACTS = `
select
  (select jsonb_agg(jsonb_build_object('name', d.datname, 'owner', pg_get_userbyid(d.datdba),
      'encoding', pg_encoding_to_char(d.encoding), 'is_template', d.datistemplate, 'allow_connections', d.datallowconn,
      'size_bytes', case when has_database_privilege(d.oid, 'connect') or pg_has_role('pg_read_all_stats', 'member')
        then pg_database_size(d.oid) end) order by d.datname)
    from pg_database as d) as databases,
  (select jsonb_agg(jsonb_build_object('name', r.rolname, 'superuser', r.rolsuper, 'login', r.rolcanlogin,
      'bootstrap', r.oid = 10) order by r.rolname)
    from pg_roles as r where r.rolname !~ '^pg_') as roles,
  (select jsonb_agg(jsonb_build_object('name', t.spcname, 'location', pg_tablespace_location(t.oid)) order by t.spcname)
    from pg_tablespace as t where t.spcname !~ '^pg_') as tablespaces,
  has_table_privilege(coalesce($1, current_user::text)::name, 'pg_catalog.pg_authid', 'select') as passwords`;

/** @param role the role that dumps, if not the one that is connected */
export async function readClusterFacts(
  c: Connection,
  role: string | null,
): Promise<{ facts: ClusterFacts; listed: ListedDatabase[] }> {
  const row = await c.row<Row>(FACTS, [role]);
  if (row === undefined) throw new Error('the server has no answer');
  const databases = row.databases.filter((database) => database.allow_connections);
  return {
    listed: row.databases,
    facts: {
      format: 1,
      server: { version: c.serverVersion, version_num: c.serverVersionNum },
      databases: databases.map(({ name, owner, encoding, size_bytes }) => ({ name, owner, encoding, size_bytes })),
      roles: row.roles,
      tablespaces: row.tablespaces ?? [],
      passwords: row.passwords,
    },
  };
}
