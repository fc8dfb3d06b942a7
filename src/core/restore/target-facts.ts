/** A role that is there on the target. */
export interface TargetRole {
  name: string;
  superuser: boolean;
  /** True: the restoring role may give objects to it (is a superuser, or a member that may `set role`). */
  can_become: boolean;
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
  tablespaces: string[];
  /** Extensions whose files are installed, with the version that `create extension` takes. */
  extensions: { name: string; default_version: string }[];
  /** The target's own `maintenance_work_mem`, in KiB. */
  maintenance_work_mem_kib: number;
}
