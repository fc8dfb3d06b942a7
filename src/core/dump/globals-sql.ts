import type { DatabaseFacts } from '../facts/database-facts.ts';
import { quoteIdentifier } from '../postgres/identifiers.ts';
import { createDatabaseSql, databaseProperties } from '../restore/database-sql.ts';
import { mapRoles } from '../restore/role-mapping.ts';
import { planRoles } from '../restore/role-sql.ts';
import type { Statement } from '../restore/statement.ts';
import type { TargetFacts } from '../restore/target-facts.ts';

/**
 * `globals.sql`: the roles that a database needs and its own properties as SQL, which pg_restore does not bring under
 * another name. For people who restore without us, with psql; our own restores work from the facts. Password hashes are
 * in it if the dumping role could read them. Names appear in statements only, quoted, never in comments: a newline in a
 * name would end a comment and begin a command.
 */
export function globalsSql(facts: DatabaseFacts): string {
  const { before, after } = globalsParts(facts);
  return before + after;
}

/** Its two parts: what is done before pg_restore, and what afterwards. */
export function globalsParts(facts: DatabaseFacts): { before: string; after: string } {
  const { database } = facts;
  const target = emptyServer(facts);
  const mapping = mapRoles(facts, {}, target);
  const roles = planRoles(facts, { passwords: facts.passwords_readable, trusted: true, mapping, target });
  const properties = databaseProperties(database, {
    name: database.name,
    owner: database.owner,
    restoringRole: target.user.name,
    targetName: (name) => name,
    exists: () => true,
    withRoles: true,
  });
  const create = createDatabaseSql(database.name, database, facts.server.version_num, null);
  const before = [
    `-- Roles and properties of a database, as they were when it was dumped from PostgreSQL ${facts.server.version.replace(/[^\w. ()-]/g, '')}.`,
    '-- For psql, as a superuser, in database postgres. A role that exists already is an error that can be ignored.',
    '',
    '-- 1. Roles',
    ...roles.statements.map(line),
    '',
    '-- 2. The database; then restore into it with pg_restore',
    `${create};`,
    `alter database ${quoteIdentifier(database.name)} with allow_connections true;`,
    '',
    '',
  ];
  const after = ['-- 3. Afterwards: owner, rights, settings', ...properties.statements.map(line), ''];
  return { before: before.join('\n'), after: after.join('\n') };
}

/** `set local role` (for a grant that somebody else made) holds in a transaction only. */
function line({ sql }: Statement): string {
  return sql.includes('set local ') ? `begin; ${sql}; commit;` : `${sql};`;
}

/** A server of the same version that has only what every server has. */
function emptyServer(facts: DatabaseFacts): TargetFacts {
  const superuser = facts.roles.find((role) => role.bootstrap)?.name ?? 'postgres';
  const predefined = facts.memberships.map(({ role }) => role).filter((name) => name.startsWith('pg_'));
  return {
    server_version: facts.server.version,
    server_version_num: facts.server.version_num,
    in_recovery: false,
    user: { name: superuser, superuser: true, createdb: true, createrole: true, replication: true, bypassrls: true },
    bootstrap_role: superuser,
    roles: [superuser, ...new Set(predefined)].map((name) => ({
      name,
      superuser: name === superuser,
      can_become: true,
    })),
    databases: [],
    existing: null,
    data_directory: null,
    tablespaces: facts.tablespaces.map(({ name }) => name),
    extensions: [],
    maintenance_work_mem_kib: 65_536,
  };
}
