/** Tables of the configuration, in the order in which rows can be added: what is referred to comes first. */
export const CONFIGURATION_TABLES = [
  'setting',
  'worker',
  'instance',
  'script',
  'dump_job',
  'restore_job',
  'dump_job_trigger',
] as const;
export type ConfigurationTable = (typeof CONFIGURATION_TABLES)[number];

interface TableRules {
  /** Columns that say which row it is, in the file. */
  key: readonly string[];
  /** Columns that hold the id of a row of another table; the file has its name under the other key. */
  references: Readonly<Record<string, { table: 'worker' | 'instance' | 'script'; field: string }>>;
  /** Columns that workers write while they work, or that the catalog works out. */
  omit: readonly string[];
}

const JOB_PROGRESS = ['claimed_by', 'claimed_at', 'run_uuid', 'finished_at', 'activated_at', 'created_at'];

/** How each table stands in the file. Ids of dumps are uuids there: ids of dumps mean nothing in another catalog. */
export const TABLE_RULES: Readonly<Record<ConfigurationTable, TableRules>> = {
  setting: { key: ['key'], references: {}, omit: ['comment'] },
  worker: {
    key: ['name'],
    references: { restore_worker_id: { table: 'worker', field: 'restore_worker' } },
    omit: ['last_seen_at', 'version', 'tools', 'root_id', 'machine_id', 'created_at'],
  },
  instance: {
    key: ['name'],
    references: { default_worker_id: { table: 'worker', field: 'default_worker' } },
    omit: ['created_at'],
  },
  script: { key: ['name'], references: {}, omit: ['sha256', 'created_at'] },
  dump_job: {
    key: ['id'],
    references: {
      instance_id: { table: 'instance', field: 'instance' },
      worker_id: { table: 'worker', field: 'worker' },
      script_id: { table: 'script', field: 'script' },
      before_hook_id: { table: 'script', field: 'before_hook' },
      after_hook_id: { table: 'script', field: 'after_hook' },
      drill_instance_id: { table: 'instance', field: 'drill_instance' },
    },
    omit: [...JOB_PROGRESS, 'cleaned_at', 'skipped_at'],
  },
  restore_job: {
    key: ['id'],
    references: {
      dest_instance_id: { table: 'instance', field: 'dest_instance' },
      before_script_id: { table: 'script', field: 'before_script' },
      after_script_id: { table: 'script', field: 'after_script' },
      after_hook_id: { table: 'script', field: 'after_hook' },
    },
    omit: JOB_PROGRESS,
  },
  dump_job_trigger: { key: ['dump_job_id', 'restore_job_id'], references: {}, omit: [] },
};

/** True for a column that another catalog would not want: identities and what is only true here. */
export const isIdentity = (table: ConfigurationTable, key: string): boolean =>
  table === 'setting' && key === 'catalog_id';
