import { cachedAsFile, mergeFiles } from '../../core/configuration-file/cached-configuration.ts';
import { diffConfiguration, type RowChange } from '../../core/configuration-file/configuration-diff.ts';
import { type ConfigurationFile, parseConfigurationFile } from '../../core/configuration-file/configuration-file.ts';
import type { ConfigurationTable } from '../../core/configuration-file/tables.ts';
import { errorText, type PgSnapManError } from '../../core/errors.ts';
import type { DumpState } from '../../core/manifest/dump-state.ts';
import type { Manifest } from '../../core/manifest/manifest.ts';
import { exportConfiguration } from '../../sql/catalog/configuration-export.ts';
import { applyConfiguration, isEmptyCatalog, takeIdentity } from '../../sql/catalog/configuration-import.ts';
import { restoreKeep, uploadVerification } from '../../sql/catalog/dump-states.ts';
import { uploadDump } from '../../sql/catalog/upload.ts';
import type { Connection } from '../../sql/connection.ts';
import { loadConfiguration } from '../config-cache/config-cache.ts';
import { dumpResultFromManifest } from '../dump/dump-result.ts';
import type { WorkerSetup } from '../worker-setup.ts';
import { EXPORT_FILE, readNightlyExport } from './nightly-export.ts';

export interface RebuildReport {
  /** Rows that were added, by table. */
  added: Partial<Record<ConfigurationTable, number>>;
  dumps_added: number;
  dumps_present: number;
  /** What was left out, with the reason. */
  left_out: string[];
  /** What nobody can know any more. */
  unknown: string[];
}

const UNKNOWN = [
  'dumps that failed, and the logs of all dumps',
  'restore runs, messages, requests and the audit',
  'the inventory of databases: the next discovery makes it anew',
  'approvals of cleanings that waited',
];
const UNKNOWN_WITHOUT_EXPORT =
  'scripts that no job uses, single jobs that have ended, and what only other workers know: there is no export';

/** Jobs need their instances, and restore jobs the dumps that they name. */
const BEFORE_DUMPS: readonly ConfigurationTable[] = ['setting', 'worker', 'instance', 'script', 'dump_job'];

/**
 * Makes the catalog's rows about this worker and its dumps anew, from its cache, the last export and the manifests. What
 * the catalog has stays as it is, so it can be done again, and on one worker after the other.
 */
export async function rebuildCatalog(worker: WorkerSetup, catalog: Connection): Promise<RebuildReport> {
  const report: RebuildReport = { added: {}, dumps_added: 0, dumps_present: 0, left_out: [], unknown: [...UNKNOWN] };
  const file = await knownConfiguration(worker, report);
  if (file !== null && (await isEmptyCatalog(catalog))) await takeIdentity(catalog, file.catalog_id);
  const wanted = file ?? nothingBut(worker.name);
  await addMissing(catalog, wanted, (table) => BEFORE_DUMPS.includes(table), report);
  await addDumps(worker, catalog, report);
  await addMissing(catalog, wanted, (table) => !BEFORE_DUMPS.includes(table), report);
  return report;
}

async function knownConfiguration(worker: WorkerSetup, report: RebuildReport): Promise<ConfigurationFile | null> {
  const { configuration, broken } = await loadConfiguration(worker.root.cache);
  if (broken !== null) report.left_out.push(`the newest cached configuration: ${broken}`);
  const text = await readNightlyExport(worker.root.repository);
  let exported: ConfigurationFile | null = null;
  try {
    exported = text === null ? null : parseConfigurationFile(text, EXPORT_FILE);
  } catch (error) {
    report.left_out.push(errorText(error));
  }
  if (exported === null) report.unknown.push(UNKNOWN_WITHOUT_EXPORT);
  return mergeFiles(configuration === null ? null : cachedAsFile(configuration), exported);
}

/** Of a worker that has never seen a catalog but its name is known. */
function nothingBut(name: string): ConfigurationFile {
  const none = { setting: [], instance: [], script: [], dump_job: [], restore_job: [], dump_job_trigger: [] };
  return { format: 1, catalog_id: '', exported_at: '', tables: { ...none, worker: [{ name }] } };
}

async function addMissing(
  catalog: Connection,
  wanted: ConfigurationFile,
  isWanted: (table: ConfigurationTable) => boolean,
  report: RebuildReport,
): Promise<void> {
  const current = await exportConfiguration(catalog);
  const isNew = isUntouched(current);
  const changes = diffConfiguration(current, wanted, () => false).filter(({ table }) => isWanted(table));
  for (const { table, key } of changes.filter(isAnother))
    report.left_out.push(`${table} ${key}: another has this number`);
  const missing = changes.filter(({ table, change }) => change === 'add' || (table === 'setting' && isNew));
  const leaveOut = ({ table, key }: RowChange, error: PgSnapManError): void => {
    report.left_out.push(`${table} ${key}: ${error.message}`);
  };
  await catalog.transaction(() => applyConfiguration(catalog, missing, leaveOut));
  for (const { table, key } of missing) {
    if (!report.left_out.some((line) => line.startsWith(`${table} ${key}:`))) {
      report.added[table] = (report.added[table] ?? 0) + 1;
    }
  }
}

/** True for a job that is there under this number and is not the same one. */
function isAnother({ change, fields }: RowChange): boolean {
  return change === 'change' && fields.some(({ field }) => /^(instance|dbname|dest_instance|dest_dbname)$/.test(field));
}

/** Settings of a new catalog are defaults that nobody chose. */
function isUntouched({ tables }: ConfigurationFile): boolean {
  return tables.worker.length === 0 && tables.instance.length === 0;
}

async function addDumps(worker: WorkerSetup, catalog: Connection, report: RebuildReport): Promise<void> {
  const repository = await worker.repository();
  const { manifests, unreadable } = await repository.list();
  for (const { folder, reason } of unreadable) report.left_out.push(`dump ${folder}: ${reason}`);
  const rows = await catalog.rows<{ uuid: string }>('select uuid from pgsnapman.dump');
  const known = new Set(rows.map(({ uuid }) => uuid));
  const ids = await readIds(catalog, worker.name);
  const states = await repository.states();
  for (const manifest of manifests) {
    if (known.has(manifest.uuid)) report.dumps_present += 1;
    else {
      await addDump(worker, catalog, manifest, ids, states.get(manifest.uuid));
      report.dumps_added += 1;
    }
  }
}

interface Ids {
  workerId: number | null;
  instances: Map<string, number>;
  /** Of jobs, with what they dump. */
  jobs: Map<number, { instance_id: number; dbname: string | null; dump_type: string }>;
}

async function readIds(catalog: Connection, name: string): Promise<Ids> {
  const worker = await catalog.row<{ id: number }>('select id from pgsnapman.worker where name = $1', [name]);
  const instances = await catalog.rows<{ id: number; name: string }>('select id, name from pgsnapman.instance');
  const jobs = await catalog.rows<{ id: number; instance_id: number; dbname: string | null; dump_type: string }>(
    'select id, instance_id, dbname, dump_type from pgsnapman.dump_job',
  );
  return {
    workerId: worker?.id ?? null,
    instances: new Map(instances.map(({ id, name: instance }) => [instance, id])),
    jobs: new Map(jobs.map(({ id, ...job }) => [id, job])),
  };
}

/** A number of a job counts only if the job dumps the same: in another catalog it may be another one. */
function jobIdOf(manifest: Manifest, { instances, jobs }: Ids): number | null {
  const job = manifest.job.id === null ? undefined : jobs.get(manifest.job.id);
  const same =
    job !== undefined &&
    job.instance_id === instances.get(manifest.instance.name) &&
    job.dbname === manifest.dbname &&
    job.dump_type === manifest.dump_type;
  return same ? manifest.job.id : null;
}

async function addDump(
  worker: WorkerSetup,
  catalog: Connection,
  manifest: Manifest,
  ids: Ids,
  state: DumpState | undefined,
): Promise<void> {
  const repository = await worker.repository();
  const found = await repository.manifest(manifest.uuid);
  const content = await repository.content(manifest.uuid).catch(() => null);
  const result = dumpResultFromManifest(manifest, found?.manifestSha256 ?? '', content ?? EMPTY_CONTENT);
  await uploadDump(catalog, {
    ...result,
    content,
    worker_id: ids.workerId,
    worker_name: worker.name,
    instance_id: ids.instances.get(manifest.instance.name) ?? null,
    dump_job_id: jobIdOf(manifest, ids),
    manifest_sha256: found?.manifestSha256 ?? null,
  });
  if (state === undefined) return;
  await uploadVerification(catalog, manifest.uuid, state);
  await restoreKeep(catalog, manifest.uuid, state.keep);
}

const EMPTY_CONTENT = { schemas: [], tables: [], extensions: [], roles: [], large_objects: 0 };
