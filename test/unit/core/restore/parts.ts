import type { DatabaseFacts } from '../../../../src/core/facts/database-facts.ts';
import type { Manifest } from '../../../../src/core/manifest/manifest.ts';
import type { TocEntry } from '../../../../src/core/postgres/toc.ts';
import type { Surroundings } from '../../../../src/core/restore/surroundings.ts';
import type { ExistingDatabase, TargetFacts } from '../../../../src/core/restore/target-facts.ts';
import { sampleDatabase, sampleFacts, sampleRole } from '../../../support/sample-facts.ts';

export { sampleRole as role } from '../../../support/sample-facts.ts';

export const BOSS = sampleRole('boss', {
  superuser: true,
  login: true,
  createdb: true,
  createrole: true,
  bootstrap: true,
});

export function facts(change: Partial<DatabaseFacts> = {}): DatabaseFacts {
  return sampleFacts({ database: database(), roles: [BOSS], ...change });
}

export function database(change: Partial<DatabaseFacts['database']> = {}): DatabaseFacts['database'] {
  return sampleDatabase({ owner: 'boss', collate: 'C.UTF-8', ctype: 'C.UTF-8', ...change });
}

export function target(change: Partial<TargetFacts> = {}): TargetFacts {
  return {
    server_version: '15.18',
    server_version_num: 150_018,
    in_recovery: false,
    user: { name: 'root', superuser: true, createdb: true, createrole: true, replication: true, bypassrls: true },
    bootstrap_role: 'root',
    roles: [
      { name: 'root', superuser: true, can_become: true },
      { name: 'pg_monitor', superuser: false, can_become: true },
    ],
    databases: [{ name: 'postgres', oid: 5 }],
    tablespaces: ['pg_default', 'pg_global'],
    extensions: [{ name: 'plpgsql', default_version: '1.0' }],
    maintenance_work_mem_kib: 65_536,
    existing: null,
    data_directory: null,
    ...change,
  };
}

export function existing(change: Partial<ExistingDatabase> = {}): ExistingDatabase {
  return {
    oid: 20_000,
    owner: 'root',
    owned: true,
    size_bytes: 1_000_000,
    allow_connections: true,
    is_template: false,
    sessions: [],
    prepared_transactions: [],
    logical_slots: [],
    subscriptions: [],
    properties: database({ name: 'copy', oid: 20_000, owner: 'root' }),
    ...change,
  };
}

export function surroundings(change: Partial<Surroundings> = {}): Surroundings {
  return {
    triggered: false,
    forbidden: [],
    scripts: [],
    locale: { available: 'yes', reason: null },
    free: { staging: null, target: null },
    ...change,
  };
}

/** A user of the target who may create databases and roles, and nothing else. */
export const ORDINARY: TargetFacts['user'] = {
  name: 'clerk',
  superuser: false,
  createdb: true,
  createrole: true,
  replication: false,
  bypassrls: false,
};

let nextId = 1;

export function entry(desc: string, tag: string, change: Partial<TocEntry> = {}): TocEntry {
  return {
    dumpId: nextId++,
    hadDumper: false,
    tableOid: 0,
    oid: 0,
    tag,
    desc,
    section: 'pre-data',
    defn: '',
    dropStmt: '',
    copyStmt: '',
    namespace: '',
    tablespace: '',
    tableAccessMethod: '',
    owner: 'boss',
    dependencies: [],
    fileName: null,
    ...change,
  };
}

export function manifest(change: Partial<Manifest> = {}): Manifest {
  const uuid = '01890000-0000-7000-8000-000000000001';
  return {
    format: 1,
    uuid,
    repository_id: uuid,
    worker: { id: 1, name: 'w1', root_id: uuid },
    job: { id: 1 },
    instance: { id: 1, name: 'prod', host: 'db1', port: 5432 },
    dbname: 'shop',
    dump_type: 'full',
    schemas: [],
    tables: [],
    options: [],
    trigger_kind: 'manual',
    due_at: null,
    started_at: new Date('2026-03-01T02:00:00Z'),
    ended_at: new Date('2026-03-01T02:01:00Z'),
    outcome: 'ok',
    warnings: [],
    server_version: '15.18',
    server_version_num: 150_018,
    tool_version: '15.18',
    pgsnapman_version: '0.0.0',
    trusted: true,
    raw_bytes: 1,
    stored_bytes: 1,
    new_bytes: 1,
    database_bytes: 1,
    table_count: 1,
    row_count: 1,
    side_files: [],
    ...change,
  };
}
