import type { Connection } from '../../src/sql/connection.ts';

export interface CatalogSize {
  workers: number;
  instances: number;
  jobs: number;
  dumps: number;
  restoreJobs: number;
  restoreRuns: number;
  messages: number;
}

export const FULL_SIZE: CatalogSize = {
  workers: 3,
  instances: 50,
  jobs: 2000,
  dumps: 100_000,
  restoreJobs: 200,
  restoreRuns: 5000,
  messages: 20_000,
};

const STATEMENTS: readonly ((size: CatalogSize) => string)[] = [
  ({ workers }) => `insert into pgsnapman.worker (name, timezone, last_seen_at, version, tools)
    select 'w' || n, 'Europe/Berlin', now() - n * interval '20 seconds', '0.1.0',
      '[{"version": "15.18", "directory": "/usr/lib/postgresql/15/bin"}]'
    from generate_series(1, ${workers}) as n`,
  ({ workers, instances }) => `insert into pgsnapman.instance (name, host, port, default_worker_id, environment, color)
    select 'pg-' || (array['prod', 'test', 'dev'])[n % 3 + 1] || '-' || n, 'db' || n || '.example.org', 5432, n % ${workers} + 1,
      (array['prod', 'test', 'dev'])[n % 3 + 1], (array['red', 'yellow', 'green'])[n % 3 + 1]
    from generate_series(1, ${instances}) as n`,
  ({ instances, jobs }) => `insert into pgsnapman.database (instance_id, name, size_bytes, first_seen_at, last_seen_at)
    select (n - 1) % ${instances} + 1, 'customer_' || n, 8e6 + (n * 7919 % 1000) * 1e6, now() - interval '90 days', now()
    from generate_series(1, ${jobs + 40}) as n`,
  ({
    instances,
    jobs,
  }) => `insert into pgsnapman.dump_job (instance_id, dbname, schedule, status, job_type, comment, activated_at)
    select (n - 1) % ${instances} + 1, 'customer_' || n, n % 60 || ' ' || n % 24 || ' * * ' || case when n % 10 = 0 then '0' else '*' end,
      case when n % 97 = 0 then 'halted' else 'active' end, 'repeat', case when n % 5 = 0 then 'team ' || n % 17 end, now() - interval '60 days'
    from generate_series(1, ${jobs}) as n`,
  ({
    instances,
    jobs,
    dumps,
    workers,
  }) => `insert into pgsnapman.dump (uuid, dump_job_id, worker_id, instance_id, worker_name, instance_name,
      instance_host, instance_port, dbname, dump_type, trigger_kind, due_at, started_at, ended_at, outcome, state, raw_bytes, stored_bytes, new_bytes,
      database_bytes, table_count, row_count, server_version, tool_version, pgsnapman_version, manifest_sha256, verified_level, keep, warnings, message, log_tail)
    select gen_random_uuid(), job, instance % ${workers} + 1, instance, 'w' || instance % ${workers} + 1,
      'pg-' || (array['prod', 'test', 'dev'])[instance % 3 + 1] || '-' || instance, 'db' || instance || '.example.org', 5432, 'customer_' || job,
      'full', 'schedule', started, started, started + (n * 31 % 4000) * interval '1 second', outcome, case when good then 'available' end,
      case when good then bytes end, case when good then bytes / 4 end, case when good then bytes / 30 end, case when good then bytes * 2 end,
      case when good then n % 200 end, case when good then bytes / 100 end, '15.18', '15.18', '0.1.0', null, case when good then n % 3 else 0 end,
      case when n % 500 = 0 then 'yes' else 'auto' end,
      case outcome when 'ok_with_warnings' then array['2 large objects belong to roles that are gone'] else '{}' end,
      case when not good then 'pg_dump: error: connection to server at "db' || instance || '.example.org" was lost' end,
      'pg_dump: dumping contents of table "public.orders"' || chr(10) || 'pg_dump: done'
    from (
      select n, job, (job - 1) % ${instances} + 1 as instance, (n::bigint * 104729 % 200000) * 1000000::bigint as bytes,
        now() - (n * ${Math.ceil((50 * 86400) / 100_000)} * (100000.0 / ${dumps})) * interval '1 second' as started, outcome,
        outcome in ('ok', 'ok_with_warnings') as good
      from (
        select n, (n - 1) % ${jobs} + 1 as job,
          case when n % 211 = 0 then 'failed' when n % 1009 = 0 then 'stalled' when n % 977 = 0 then 'cancelled'
            when n % 53 = 0 then 'ok_with_warnings' else 'ok' end as outcome
        from generate_series(1, ${dumps}) as n
      ) as numbered
    ) as made`,
  ({
    instances,
    jobs,
    restoreJobs,
  }) => `insert into pgsnapman.restore_job (latest_of_dump_job_id, dest_instance_id, dest_dbname, job_type, schedule)
    select n % ${jobs} + 1, n % ${instances} + 1, 'copy_' || n, case when n % 4 = 0 then 'repeat' else 'single' end,
      case when n % 4 = 0 then n % 60 || ' 5 * * 1' end
    from generate_series(1, ${restoreJobs}) as n`,
  ({
    instances,
    restoreJobs,
    restoreRuns,
  }) => `insert into pgsnapman.restore_run (uuid, restore_job_id, dump_id, dump_uuid, worker_id, dest_instance_id,
      worker_name, dest_instance_name, dest_dbname, trigger_kind, started_at, ended_at, outcome, table_count, row_count, tool_version, pgsnapman_version, message)
    select gen_random_uuid(), n % ${restoreJobs} + 1, d.id, d.uuid, d.worker_id, n % ${instances} + 1, d.worker_name, 'pg-x-' || n % ${instances} + 1,
      'copy_' || n % ${restoreJobs} + 1, 'schedule', now() - n * interval '11 minutes', now() - n * interval '11 minutes' + interval '7 minutes',
      case when n % 31 = 0 then 'failed' else 'ok' end, 40, 123456, '15.18', '0.1.0', case when n % 31 = 0 then 'disk full' end
    from generate_series(1, ${restoreRuns}) as n join pgsnapman.dump as d on d.id = n`,
  ({
    messages,
    workers,
  }) => `insert into pgsnapman.message (level, tool, logged_at, text, job_class, job_id, worker_id, worker_name)
    select (array['info', 'info', 'info', 'warning', 'error'])[n % 5 + 1], 'pgsnapman', now() - n * interval '3 minutes',
      'something to know about dump number ' || n, 'dump', n % 1000 + 1, n % ${workers} + 1, 'w' || n % ${workers} + 1
    from generate_series(1, ${messages}) as n`,
  ({
    workers,
  }) => `insert into pgsnapman.repository (worker_id, repository_id, format_version, dump_count, raw_bytes, stored_bytes, free_bytes, growth_bytes_per_day, reported_at)
    select n, gen_random_uuid(), 1, 33000, 9e13, 4e12, 6e12 / n, 3e10, now() from generate_series(1, ${workers}) as n`,
  () => 'analyze',
];

/** Fills an empty catalog with made-up rows; the same size gives the same rows, relative to now. */
export async function fillCatalog(catalog: Connection, size: CatalogSize = FULL_SIZE): Promise<void> {
  for (const statement of STATEMENTS) await catalog.script(statement(size));
}
