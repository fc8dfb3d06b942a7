import type { RetentionDump } from '../../core/retention/plan-retention.ts';
import { KEEP_LAST_OF_GONE_JOB, parseKeepCounts, type RetentionPolicy } from '../../core/retention/retention-policy.ts';
import type { Connection } from '../connection.ts';

/** A dump as retention looks at it. */
export interface RetentionRow extends RetentionDump {
  id: number;
  dump_job_id: number | null;
  worker_id: number | null;
  trigger_kind: string;
}

/** Dumps that are thinned out together: of one job, or of one that is gone. */
export interface RetentionSeries {
  /** Null: the job is gone. */
  jobId: number | null;
  /** What was dumped, for people: `shop on production`. */
  subject: string;
  policy: RetentionPolicy;
  maxDropPercent: number;
  /** Last cleaning that went through it; null: none. */
  cleanedAt: Date | null;
  dumps: RetentionRow[];
}

/** Whose dumps: those of a worker (whole series, also what other workers hold of them), of a job, or all. */
export interface RetentionScope {
  workerId?: number;
  jobId?: number;
}

export interface RetentionDefaults {
  /** For jobs and workers that name no time zone. */
  timezone: string;
  /** Win over the catalog's settings. */
  forced?: { failed_keep_days?: number; max_drop_percent?: number };
}

interface JobRow extends Omit<RetentionPolicy, 'failed_keep_days' | 'timezone'> {
  id: number;
  subject: string;
  timezone: string | null;
  max_drop_percent: number | null;
  cleaned_at: Date | null;
}

interface Settings {
  failedKeepDays: number;
  maxDropPercent: number;
  onDelete: string;
}

/** Jobs whose dumps are read at a time. */
const BATCH = 200;

const DUMP_COLUMNS = `d.id, d.uuid, d.dump_job_id, d.worker_id, d.trigger_kind, d.started_at, d.outcome, d.state, d.keep,
  d.verified_level, d.verification_failed, d.verification_failed_at,
  array(select 'restore job ' || r.id from pgsnapman.restore_job as r
    where r.dump_id = d.id and r.status = 'active' and not (r.job_type = 'single' and r.finished_at is not null)
    order by r.id) as needed_by`;

const SUBJECT = `coalesce(d.dbname, 'all databases') || ' on ' || coalesce(d.instance_name, '?')`;

/** Goes through all series of the scope, one after the other; few are in memory at a time. */
export async function* retentionSeries(
  c: Connection,
  scope: RetentionScope,
  defaults: RetentionDefaults,
): AsyncGenerator<RetentionSeries> {
  const settings = await readSettings(c, defaults);
  const ids = await jobIds(c, scope);
  for (let at = 0; at < ids.length; at += BATCH) {
    yield* seriesOfJobs(c, ids.slice(at, at + BATCH), settings, defaults);
  }
  if (scope.jobId === undefined) yield* seriesOfGoneJobs(c, scope, settings, defaults);
}

async function readSettings(c: Connection, { forced }: RetentionDefaults): Promise<Settings> {
  const rows = await c.rows<{ key: string; value: string }>(
    `select key, value from pgsnapman.setting where key in ('failed_keep_days', 'max_drop_percent', 'retention_on_delete')`,
  );
  const value = (key: string): string | undefined => rows.find((row) => row.key === key)?.value;
  return {
    failedKeepDays: forced?.failed_keep_days ?? Number(value('failed_keep_days') ?? 30),
    maxDropPercent: forced?.max_drop_percent ?? Number(value('max_drop_percent') ?? 50),
    onDelete: value('retention_on_delete') ?? '7,1,0,0',
  };
}

async function jobIds(c: Connection, { workerId, jobId }: RetentionScope): Promise<number[]> {
  if (jobId !== undefined) return [jobId];
  const rows = await c.rows<{ id: number }>(
    workerId === undefined
      ? 'select id from pgsnapman.dump_job order by id'
      : 'select distinct dump_job_id as id from pgsnapman.dump where worker_id = $1 and dump_job_id is not null order by 1',
    workerId === undefined ? [] : [workerId],
  );
  return rows.map(({ id }) => id);
}

async function* seriesOfJobs(
  c: Connection,
  ids: readonly number[],
  settings: Settings,
  defaults: RetentionDefaults,
): AsyncGenerator<RetentionSeries> {
  const jobs = await c.rows<JobRow>(
    `select j.id, coalesce(j.dbname, 'all databases') || ' on ' || i.name as subject, j.keep_daily, j.keep_weekly,
      j.keep_monthly, j.keep_yearly, j.keep_last, j.max_drop_percent, j.cleaned_at, coalesce(j.timezone, w.timezone) as timezone
    from pgsnapman.dump_job as j join pgsnapman.instance as i on i.id = j.instance_id
      left join pgsnapman.worker as w on w.id = coalesce(j.worker_id, i.default_worker_id)
    where j.id = any ($1) order by j.id`,
    [ids],
  );
  const dumps = await c.rows<RetentionRow>(
    `select ${DUMP_COLUMNS} from pgsnapman.dump as d where d.dump_job_id = any ($1) order by d.started_at, d.id`,
    [ids],
  );
  const byJob = Map.groupBy(dumps, (dump) => dump.dump_job_id);
  for (const { id, subject, max_drop_percent, cleaned_at, timezone, ...keep } of jobs) {
    yield {
      jobId: id,
      subject,
      policy: { ...keep, timezone: timezone ?? defaults.timezone, failed_keep_days: settings.failedKeepDays },
      maxDropPercent: max_drop_percent ?? settings.maxDropPercent,
      cleanedAt: cleaned_at,
      dumps: byJob.get(id) ?? [],
    };
  }
}

/** What was dumped in the same way from the same database belongs together. */
async function* seriesOfGoneJobs(
  c: Connection,
  { workerId }: RetentionScope,
  settings: Settings,
  defaults: RetentionDefaults,
): AsyncGenerator<RetentionSeries> {
  const dumps = await c.rows<RetentionRow & { subject: string; series: string; timezone: string | null }>(
    `select ${DUMP_COLUMNS}, ${SUBJECT} as subject, w.timezone,
      jsonb_build_array(d.instance_id, d.instance_name, d.dbname, d.dump_type, d.schemas, d.tables, d.options)::text as series
    from pgsnapman.dump as d left join pgsnapman.worker as w on w.id = d.worker_id
    where d.dump_job_id is null and (d.worker_id = $1 or $1 is null) order by d.started_at, d.id`,
    [workerId ?? null],
  );
  for (const rows of Map.groupBy(dumps, ({ series }) => series).values()) {
    const timezone = rows[0]?.timezone ?? defaults.timezone;
    const keep = { ...parseKeepCounts(settings.onDelete), keep_last: KEEP_LAST_OF_GONE_JOB };
    yield {
      jobId: null,
      subject: rows[0]?.subject ?? '',
      policy: { ...keep, timezone, failed_keep_days: settings.failedKeepDays },
      maxDropPercent: settings.maxDropPercent,
      cleanedAt: null,
      dumps: rows.map(({ subject: _subject, series: _series, timezone: _timezone, ...row }) => row),
    };
  }
}
