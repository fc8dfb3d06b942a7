import type { ScriptText, WorkerConfiguration } from '../model/configuration.ts';
import type { ConfigurationFile, FileRow } from './configuration-file.ts';
import { CONFIGURATION_TABLES, type ConfigurationTable, TABLE_RULES } from './tables.ts';

/** What a worker has cached of the catalog, in the shape of a configuration file. It knows its own part only. */
export function cachedAsFile(cached: WorkerConfiguration): ConfigurationFile {
  const scripts = usedScripts(cached);
  const names = {
    worker: new Map([[cached.worker.id, cached.worker.name]]),
    instance: new Map(cached.instances.map(({ id, name }) => [id, name])),
    script: new Map([...scripts].map(([id, { name }]) => [id, name])),
  };
  const rows = (table: ConfigurationTable, from: readonly object[]): FileRow[] =>
    from.map((row) => fileRow(table, row, names));
  return {
    format: 1,
    catalog_id: cached.catalog_id,
    exported_at: cached.fetched_at.toISOString(),
    tables: {
      setting: Object.entries(cached.settings).map(([key, value]) => ({ key, value })),
      worker: rows('worker', [cached.worker]),
      instance: rows('instance', cached.instances),
      script: [...scripts.values()].map(({ name, code }) => ({ name, code })),
      dump_job: rows('dump_job', cached.dump_jobs),
      restore_job: rows('restore_job', cached.restore_jobs),
      dump_job_trigger: rows('dump_job_trigger', cached.triggers),
    },
  };
}

/** Scripts by id: those that jobs carry; the cache has no others. */
function usedScripts({ dump_jobs, restore_jobs }: WorkerConfiguration): Map<number, ScriptText> {
  const pairs: [number | null, ScriptText | null][] = [
    ...dump_jobs.flatMap((job): [number | null, ScriptText | null][] => [
      [job.script_id, job.script],
      [job.before_hook_id, job.before_hook],
      [job.after_hook_id, job.after_hook],
    ]),
    ...restore_jobs.flatMap((job): [number | null, ScriptText | null][] => [
      [job.before_script_id, job.before_script],
      [job.after_script_id, job.after_script],
      [job.after_hook_id, job.after_hook],
    ]),
  ];
  return new Map(pairs.flatMap(([id, text]) => (id === null || text === null ? [] : [[id, text] as const])));
}

function fileRow(
  table: ConfigurationTable,
  row: object,
  names: Readonly<Record<'worker' | 'instance' | 'script', ReadonlyMap<number, string>>>,
): FileRow {
  const { omit, references } = TABLE_RULES[table];
  const fields: Record<string, unknown> = {};
  const named = Object.values(references).map(({ field }) => field);
  for (const [field, value] of Object.entries(row)) {
    if (value === null || omit.includes(field) || (table === 'restore_job' && field === 'dump_id')) continue;
    if (named.includes(field)) continue; // the text of a script, whose name stands for it
    const reference = references[field];
    if (reference !== undefined) {
      const name = names[reference.table].get(value as number);
      if (name !== undefined) fields[reference.field] = name;
    } else if (field.endsWith('_ms')) fields[field.slice(0, -3)] = `${value} milliseconds`;
    else fields[field] = value instanceof Date ? value.toISOString() : value;
  }
  return fields;
}

/**
 * The cache and the last export of the same catalog in one: the cache is newer where it knows something; jobs of this
 * worker that the export has and the cache has not are gone, unless they are single ones, which leave the cache when
 * they have ended.
 */
export function mergeFiles(cache: ConfigurationFile | null, older: ConfigurationFile | null): ConfigurationFile | null {
  if (cache === null || older === null || cache.catalog_id !== older.catalog_id) return cache ?? older;
  const tables: Partial<Record<ConfigurationTable, FileRow[]>> = {};
  const own = cache.tables.worker[0]?.name;
  for (const table of CONFIGURATION_TABLES) {
    const { key } = TABLE_RULES[table];
    const keyText = (row: FileRow): string => key.map((column) => String(row[column])).join(' ');
    const known = new Map(cache.tables[table].map((row) => [keyText(row), row]));
    const gone = (row: FileRow): boolean => isOfWorker(table, row, own, older) && row.job_type !== 'single';
    tables[table] = [
      // What the cache cannot name (another worker) the export may.
      ...cache.tables[table].map((row) => ({ ...pickNames(table, row, older), ...row })),
      ...older.tables[table].filter((row) => !known.has(keyText(row)) && !gone(row)),
    ];
  }
  return { ...cache, tables: tables as ConfigurationFile['tables'] };
}

/** Columns that the cache does not have. */
const NOT_CACHED = ['login_role'];

/** What the older file has and the cache cannot have: names of what other workers know, and some columns. */
function pickNames(table: ConfigurationTable, row: FileRow, older: ConfigurationFile): FileRow {
  const { key, references } = TABLE_RULES[table];
  const same = older.tables[table].find((other) => key.every((column) => other[column] === row[column]));
  const fields = [...Object.values(references).map(({ field }) => field), ...NOT_CACHED];
  return Object.fromEntries(Object.entries(same ?? {}).filter(([field]) => fields.includes(field)));
}

function isOfWorker(table: ConfigurationTable, row: FileRow, worker: unknown, { tables }: ConfigurationFile): boolean {
  if (table !== 'dump_job') return false;
  const instance = tables.instance.find(({ name }) => name === row.instance);
  return (row.worker ?? instance?.default_worker) === worker;
}
