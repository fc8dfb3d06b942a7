import type { DatabaseFacts, RoleFacts } from '../../src/core/facts/database-facts.ts';

/** A role without any power; what is given wins. */
export function sampleRole(name: string, change: Partial<RoleFacts> = {}): RoleFacts {
  return {
    name,
    superuser: false,
    inherit: true,
    createrole: false,
    createdb: false,
    login: false,
    replication: false,
    bypassrls: false,
    connection_limit: -1,
    valid_until: null,
    password_hash: null,
    settings: [],
    comment: null,
    bootstrap: false,
    ...change,
  };
}

export function sampleDatabase(change: Partial<DatabaseFacts['database']> = {}): DatabaseFacts['database'] {
  return {
    name: 'shop',
    oid: 16_384,
    owner: 'postgres',
    encoding: 'UTF8',
    locale_provider: 'libc',
    collate: 'C',
    ctype: 'C',
    locale: null,
    icu_rules: null,
    collation_version: null,
    tablespace: 'pg_default',
    connection_limit: -1,
    allow_connections: true,
    is_template: false,
    size_bytes: 8_000_000,
    comment: null,
    acl: null,
    settings: [],
    role_settings: [],
    security_labels: [],
    ...change,
  };
}

/** Facts about a database that has nothing. */
export function sampleFacts(change: Partial<DatabaseFacts> = {}): DatabaseFacts {
  return {
    format: 1,
    server: { version: '15.18', version_num: 150_018 },
    database: sampleDatabase(),
    roles: [],
    memberships: [],
    passwords_readable: true,
    parameter_grants: [],
    tablespaces: [],
    extensions: [],
    schemas: [],
    tables: [],
    large_objects: 0,
    left_out: [],
    ...change,
  };
}
