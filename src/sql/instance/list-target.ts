import type { Connection } from '../connection.ts';

/** What a restore to an instance may need to know of it. */
export interface TargetSummary {
  server_version: string;
  roles: { name: string; superuser: boolean; login: boolean }[];
  tablespaces: string[];
  /** Available for `create extension`, with the version that it would get. */
  extensions: { name: string; version: string | null }[];
}

/** Roles, tablespaces and available extensions of an instance. */
export async function listTarget(c: Connection): Promise<TargetSummary> {
  const tablespaces = await c.rows<{ name: string }>(
    `select spcname as name from pg_tablespace where spcname <> 'pg_global' order by spcname`,
  );
  return {
    server_version: c.serverVersion,
    roles: await c.rows(
      `select rolname as name, rolsuper as superuser, rolcanlogin as login from pg_roles
      where rolname !~ '^pg_' order by rolname`,
    ),
    tablespaces: tablespaces.map(({ name }) => name),
    extensions: await c.rows('select name, default_version as version from pg_available_extensions order by name'),
  };
}
