import type { Connection } from '../connection.ts';

/** What a dump's details show beyond its list row. */
export interface DumpDetails {
  log_tail: string | null;
  schemas: string[];
  tables: string[];
  options: string[];
  due_at: Date | null;
  instance_host: string | null;
  instance_port: number | null;
  pgsnapman_version: string | null;
  manifest_sha256: string | null;
  verified_with: string | null;
  content_schemas: string[] | null;
  content_extensions: { name: string; version: string }[] | null;
  content_roles: string[] | null;
  content_large_objects: number | null;
  content_table_count: number | null;
  /** The largest tables. */
  content_tables: { schema: string; name: string; rows: number; bytes: number }[] | null;
}

/** Details of a dump with its `limit` largest tables; undefined: it is gone. */
export async function fetchDumpDetails(
  catalog: Connection,
  dumpId: number,
  limit = 100,
): Promise<DumpDetails | undefined> {
  return catalog.row<DumpDetails>(
    `select d.log_tail, d.schemas, d.tables, d.options, d.due_at, d.instance_host, d.instance_port, d.pgsnapman_version,
      d.manifest_sha256, d.verified_with, c.content -> 'schemas' as content_schemas,
      c.content -> 'extensions' as content_extensions, c.content -> 'roles' as content_roles,
      (c.content ->> 'large_objects')::bigint as content_large_objects,
      jsonb_array_length(c.content -> 'tables') as content_table_count,
      (select jsonb_agg(t) from (
        select t from jsonb_array_elements(c.content -> 'tables') as t order by (t ->> 'bytes')::numeric desc limit $2
      ) as largest(t)) as content_tables
    from pgsnapman.dump as d left join pgsnapman.dump_content as c on c.dump_id = d.id
    where d.id = $1`,
    [dumpId, limit],
  );
}

/** What a restore run's details show beyond its list row. */
export interface RestoreRunDetails {
  log_tail: string | null;
  drill: unknown;
  due_at: Date | null;
  pgsnapman_version: string | null;
}

export async function fetchRestoreRunDetails(
  catalog: Connection,
  runId: number,
): Promise<RestoreRunDetails | undefined> {
  return catalog.row<RestoreRunDetails>(
    'select log_tail, drill, due_at, pgsnapman_version from pgsnapman.restore_run where id = $1',
    [runId],
  );
}

/** A line of a job's history. */
export interface RunSummary {
  id: number;
  started_at: Date;
  ended_at: Date;
  outcome: string;
  message: string | null;
}

export async function fetchDumpJobHistory(catalog: Connection, jobId: number, limit = 10): Promise<RunSummary[]> {
  return catalog.rows<RunSummary>(
    `select id, started_at, ended_at, outcome, message from pgsnapman.dump
    where dump_job_id = $1 order by started_at desc, id desc limit $2`,
    [jobId, limit],
  );
}

export async function fetchRestoreJobHistory(catalog: Connection, jobId: number, limit = 10): Promise<RunSummary[]> {
  return catalog.rows<RunSummary>(
    `select id, started_at, ended_at, outcome, message from pgsnapman.restore_run
    where restore_job_id = $1 order by started_at desc, id desc limit $2`,
    [jobId, limit],
  );
}
