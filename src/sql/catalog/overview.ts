import type { Outcome } from '../../core/model/outcome.ts';
import type { Connection } from '../connection.ts';
import { coveredBy } from './pages/database-pages.ts';

/** What the top line of the manager says. */
export interface CatalogPulse {
  workers: number;
  /** Active workers that reported within the last ten minutes. */
  workers_seen: number;
  running: number;
  /** Dumps and restores of the last 24 hours that failed or stalled. */
  failed: number;
}

/** A worker reports at every tick, each minute; after this long without a word something is wrong there. */
const SEEN = `w.last_seen_at > now() - interval '10 minutes'`;
const LAST_DAY = `started_at > now() - interval '24 hours'`;

export async function fetchPulse(catalog: Connection): Promise<CatalogPulse> {
  const found = await catalog.row<CatalogPulse>(`select
    (select count(*) from pgsnapman.worker as w where w.status = 'active') as workers,
    (select count(*) from pgsnapman.worker as w where w.status = 'active' and ${SEEN}) as workers_seen,
    (select count(*) from pgsnapman.activity) as running,
    (select count(*) from pgsnapman.dump where outcome in ('failed', 'stalled') and ${LAST_DAY})
      + (select count(*) from pgsnapman.restore_run where outcome in ('failed', 'stalled') and ${LAST_DAY}) as failed`);
  return found ?? { workers: 0, workers_seen: 0, running: 0, failed: 0 };
}

export interface OutcomeCount {
  kind: 'dump' | 'restore';
  outcome: Outcome;
  count: number;
}

export interface RecentFailure {
  kind: 'dump' | 'restore';
  id: number;
  outcome: Outcome;
  started_at: Date;
  dbname: string | null;
  instance_name: string | null;
  message: string | null;
}

export interface LastDay {
  outcomes: OutcomeCount[];
  /** The newest failed and stalled ones. */
  failures: RecentFailure[];
}

export async function fetchLastDay(catalog: Connection, limit: number): Promise<LastDay> {
  const outcomes = await catalog.rows<OutcomeCount>(`
    select 'dump' as kind, outcome, count(*) as count from pgsnapman.dump where ${LAST_DAY} group by outcome
    union all
    select 'restore', outcome, count(*) from pgsnapman.restore_run where ${LAST_DAY} group by outcome`);
  const failures = await catalog.rows<RecentFailure>(
    `select * from (
      (select 'dump' as kind, id, outcome, started_at, dbname, instance_name, message from pgsnapman.dump
        where outcome in ('failed', 'stalled') and ${LAST_DAY} order by started_at desc limit $1)
      union all
      (select 'restore', id, outcome, started_at, dest_dbname, dest_instance_name, message from pgsnapman.restore_run
        where outcome in ('failed', 'stalled') and ${LAST_DAY} order by started_at desc limit $1)
    ) as failed order by started_at desc limit $1`,
    [limit],
  );
  return { outcomes, failures };
}

/** A repeat job that runs by itself, with what is needed to tell when, and whether it is late. */
export interface ScheduledJob {
  kind: 'dump' | 'restore';
  id: number;
  dbname: string | null;
  instance_name: string;
  worker_name: string | null;
  schedule: string;
  timezone: string | null;
  activated_at: Date;
  /** Start of its newest good dump, or when its database wanted none, if that is later; always null for restore jobs. */
  last_good_at: Date | null;
}

/** All repeat jobs that are active, on active instances of active workers. */
export async function fetchScheduledJobs(catalog: Connection): Promise<ScheduledJob[]> {
  return catalog.rows<ScheduledJob>(`
    select 'dump' as kind, j.id, j.dbname, i.name as instance_name, w.name as worker_name, j.schedule,
      coalesce(j.timezone, w.timezone) as timezone, j.activated_at,
      greatest(last.started_at, j.skipped_at) as last_good_at
    from pgsnapman.dump_job as j
    join pgsnapman.instance as i on i.id = j.instance_id
    left join pgsnapman.worker as w on w.id = coalesce(j.worker_id, i.default_worker_id)
    left join lateral (
      select d.started_at from pgsnapman.dump as d
      where d.dump_job_id = j.id and d.state = 'available' order by d.started_at desc, d.id desc limit 1
    ) as last on true
    where j.job_type = 'repeat' and j.status = 'active' and i.status = 'active' and w.status = 'active'
    union all
    select 'restore', r.id, r.dest_dbname, i.name, null, r.schedule, coalesce(r.timezone, w.timezone), r.activated_at, null
    from pgsnapman.restore_job as r
    join pgsnapman.instance as i on i.id = r.dest_instance_id
    left join pgsnapman.worker as w on w.id = i.default_worker_id
    where r.job_type = 'repeat' and r.status = 'active' and i.status = 'active'`);
}

export interface UncoveredDatabases {
  /** False: discovery has not found any database at all yet. */
  anyKnown: boolean;
  count: number;
  databases: { id: number; name: string; instance_name: string; size_bytes: number | null }[];
}

/** Databases that discovery found and no active repeat job dumps, the largest first. */
export async function fetchUncovered(catalog: Connection, limit: number): Promise<UncoveredDatabases> {
  const databases = await catalog.rows<UncoveredDatabases['databases'][number] & { total: number }>(
    `select b.id, b.name, i.name as instance_name, b.size_bytes, count(*) over () as total
    from pgsnapman.database as b join pgsnapman.instance as i on i.id = b.instance_id
    where b.dropped_at is null and not ${coveredBy('b')}
    order by b.size_bytes desc nulls last, b.id limit $1`,
    [limit],
  );
  const known = await catalog.row<{ any: boolean }>(
    'select exists (select from pgsnapman.database where dropped_at is null) as any',
  );
  return { anyKnown: known?.any === true, count: databases[0]?.total ?? 0, databases };
}

export interface RepositoryState {
  worker_id: number;
  worker_name: string;
  dump_count: number;
  raw_bytes: number;
  stored_bytes: number;
  free_bytes: number | null;
  growth_bytes_per_day: number | null;
  /** Bytes added on each of the last 14 days, today last. */
  added: number[];
}

export async function fetchRepositories(catalog: Connection): Promise<RepositoryState[]> {
  return catalog.rows<RepositoryState>(`
    with added as materialized (
      select worker_id, extract(day from date_trunc('day', now()) - date_trunc('day', started_at))::integer as days_ago,
        sum(new_bytes)::bigint as bytes
      from pgsnapman.dump where started_at >= date_trunc('day', now()) - interval '13 days' and new_bytes is not null
      group by 1, 2
    )
    select r.worker_id, w.name as worker_name, r.dump_count, r.raw_bytes, r.stored_bytes, r.free_bytes, r.growth_bytes_per_day,
      array(
        select coalesce((select a.bytes from added as a where a.worker_id = r.worker_id and a.days_ago = day), 0)
        from generate_series(13, 0, -1) as day
      ) as added
    from pgsnapman.repository as r join pgsnapman.worker as w on w.id = r.worker_id
    order by w.name`);
}

export interface UnseenWorker {
  id: number;
  name: string;
  last_seen_at: Date | null;
}

/** Active workers that have not reported for ten minutes, the longest first. */
export async function fetchUnseenWorkers(catalog: Connection): Promise<UnseenWorker[]> {
  return catalog.rows<UnseenWorker>(`select w.id, w.name, w.last_seen_at from pgsnapman.worker as w
    where w.status = 'active' and (${SEEN}) is not true order by w.last_seen_at nulls first, w.name`);
}

export interface VerifiedDump {
  id: number;
  dbname: string | null;
  instance_name: string | null;
  started_at: Date;
  verified_level: number;
}

/** The oldest dump that is still there and known to be readable (level 2) or better. */
export async function fetchOldestVerified(catalog: Connection): Promise<VerifiedDump | null> {
  const levels = [2, 3, 4].map(
    (level) => `(select id, dbname, instance_name, started_at, verified_level from pgsnapman.dump
      where verified_level = ${level} and state = 'available' order by started_at, id limit 1)`,
  );
  const found = await catalog.row<VerifiedDump>(
    `select * from (${levels.join(' union all ')}) as oldest order by started_at limit 1`,
  );
  return found ?? null;
}
