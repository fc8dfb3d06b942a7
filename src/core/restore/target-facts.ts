import type { DatabaseFacts } from '../facts/database-facts.ts';

/** A role that is there on the target. */
export interface TargetRole {
  name: string;
  superuser: boolean;
  /** True: the restoring role may give objects to it (is a superuser, or a member that may `set role`). */
  can_become: boolean;
}

/** Sessions in a database, other than ours. */
export interface SessionCount {
  /** Null: a process of the server itself. */
  role: string | null;
  count: number;
  /** False: the restoring role may not end them. */
  may_end: boolean;
}

/** The database that a restore would replace. */
export interface ExistingDatabase {
  oid: number;
  owner: string;
  /** True: the restoring role may rename and drop it. */
  owned: boolean;
  /** Null: the restoring role may not know it. */
  size_bytes: number | null;
  allow_connections: boolean;
  is_template: boolean;
  sessions: SessionCount[];
  /** Global identifiers of transactions that are prepared and not committed: they hold on to the database's name. */
  prepared_transactions: string[];
  logical_slots: string[];
  subscriptions: string[];
  /** Owner, rights, settings, comment, read in it; null: nobody can connect to it. */
  properties: DatabaseFacts['database'] | null;
}

/** Whether the server can have a database of the source's locale; `unknown`: it could not be tried. */
export interface LocaleAnswer {
  available: 'yes' | 'no' | 'unknown';
  /** What the server said; null: nothing. */
  reason: string | null;
}

/** What a restore has to know about the instance that it restores to, read in its maintenance database. */
export interface TargetFacts {
  server_version: string;
  server_version_num: number;
  /** True: a standby, which takes no changes. */
  in_recovery: boolean;
  /** The role that restores. */
  user: {
    name: string;
    superuser: boolean;
    createdb: boolean;
    createrole: boolean;
    replication: boolean;
    bypassrls: boolean;
  };
  /** The role that initdb made there. */
  bootstrap_role: string;
  /** All roles, predefined ones (`pg_…`) too. */
  roles: TargetRole[];
  databases: { name: string; oid: number }[];
  /** The database that has the target's name; null: there is none. */
  existing: ExistingDatabase | null;
  tablespaces: string[];
  /** Extensions whose files are installed, with the version that `create extension` takes. */
  extensions: { name: string; default_version: string }[];
  /** The target's own `maintenance_work_mem`, in KiB. */
  maintenance_work_mem_kib: number;
  /** Where the server keeps its files, on its own machine; null: the restoring role may not know it. */
  data_directory: string | null;
}
