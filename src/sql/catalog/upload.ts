import { isGood } from '../../core/model/outcome.ts';
import type { RepositoryStatus } from '../../core/model/repository-status.ts';
import type { DumpResult, Message, RestoreResult, Skip } from '../../core/model/results.ts';
import { type Connection, sqlStateOf } from '../connection.ts';
import { storable } from './storable.ts';

const FOREIGN_KEY_VIOLATION = '23503';

/**
 * One transaction. What a result refers to is looked up, and becomes null if it is gone; if it goes between the look and
 * the commit, the second try finds it gone.
 */
async function upload(c: Connection, work: () => Promise<void>): Promise<void> {
  try {
    await c.transaction(work);
  } catch (error) {
    if (sqlStateOf(error) !== FOREIGN_KEY_VIOLATION) throw error;
    await c.transaction(work);
  }
}

/** Placeholder number → the id if the row still exists, else null. */
const existing = (table: string, placeholder: string): string =>
  `(select id from pgsnapman.${table} where id = ${placeholder}::bigint)`;

interface Column {
  name: string;
  value: unknown;
  /** SQL around the placeholder. */
  sql?: (placeholder: string) => string;
}

/** Inserts a row unless its uuid is known; its id, or null if it was there. */
async function insertOnce(c: Connection, table: string, columns: readonly Column[]): Promise<number | null> {
  const sql = columns.map(({ sql: wrap }, index) => (wrap ?? ((placeholder) => placeholder))(`$${index + 1}`));
  const row = await c.row<{ id: number }>(
    `insert into pgsnapman.${table} (${columns.map(({ name }) => name).join(', ')}) values (${sql.join(', ')})
    on conflict do nothing returning id`,
    columns.map(({ value }) => storable(value)),
  );
  return row?.id ?? null;
}

const reference = (name: string, table: string, value: number | null): Column => ({
  name,
  value,
  sql: (placeholder) => existing(table, placeholder),
});

/** A clock that was set back during a run must not keep its result from arriving. */
const times = (result: { started_at: Date; ended_at: Date }): Column[] => [
  { name: 'started_at', value: result.started_at },
  { name: 'ended_at', value: new Date(Math.max(result.ended_at.getTime(), result.started_at.getTime())) },
];

const plainColumns = (fields: Readonly<Record<string, unknown>>): Column[] =>
  Object.entries(fields).map(([name, value]) => ({ name, value }));

interface EndedRun {
  uuid: string;
  jobId: number | null;
  /** A run by hand whose result has arrived just now; one that arrives again must not end a job that was activated since. */
  newByHand: boolean;
  endedAt: Date;
}

/**
 * The single job that chose this uuid when it was claimed has ended; so has one that nobody had claimed when it was run
 * by hand, which happens while the catalog is away.
 */
async function finishJob(c: Connection, table: 'dump_job' | 'restore_job', run: EndedRun): Promise<void> {
  await c.execute(
    `update pgsnapman.${table} set finished_at = $2 where job_type = 'single' and finished_at is null
      and (run_uuid = $1 or ($4 and id = $3 and claimed_by is null))`,
    [run.uuid, run.endedAt, run.jobId, run.newByHand],
  );
}

/** Writes the result of a dump, its content, and the end of the single job that asked for it. Twice changes nothing. */
export async function uploadDump(c: Connection, result: DumpResult): Promise<void> {
  const { content, dump_job_id, worker_id, instance_id, started_at, ended_at, ...rest } = result;
  const columns = [
    ...plainColumns(rest),
    ...times(result),
    { name: 'state', value: isGood(result.outcome) ? 'available' : null },
    { name: 'verified_at', value: result.verified_level > 0 ? ended_at : null },
    reference('dump_job_id', 'dump_job', dump_job_id),
    reference('worker_id', 'worker', worker_id),
    reference('instance_id', 'instance', instance_id),
  ];
  await upload(c, async () => {
    const id = await insertOnce(c, 'dump', columns);
    if (id !== null) {
      if (content !== null) {
        const json = JSON.stringify(storable(content));
        await c.execute('insert into pgsnapman.dump_content (dump_id, content) values ($1, $2)', [id, json]);
      }
      // a restore of it may have been uploaded first
      await c.execute('update pgsnapman.restore_run set dump_id = $1 where dump_uuid = $2 and dump_id is null', [
        id,
        result.uuid,
      ]);
    }
    const newByHand = id !== null && result.trigger_kind === 'manual';
    await finishJob(c, 'dump_job', { uuid: result.uuid, jobId: dump_job_id, newByHand, endedAt: ended_at });
  });
}

/** Writes the result of a restore, and the end of the single job that asked for it. Twice changes nothing. */
export async function uploadRestoreResult(c: Connection, result: RestoreResult): Promise<void> {
  const { restore_job_id, worker_id, dest_instance_id, started_at, ended_at, ...rest } = result;
  const columns = [
    ...plainColumns(rest),
    ...times(result),
    {
      name: 'dump_id',
      value: result.dump_uuid,
      sql: (placeholder: string) => `(select id from pgsnapman.dump where uuid = ${placeholder}::uuid)`,
    },
    reference('restore_job_id', 'restore_job', restore_job_id),
    reference('worker_id', 'worker', worker_id),
    reference('dest_instance_id', 'instance', dest_instance_id),
  ];
  await upload(c, async () => {
    const id = await insertOnce(c, 'restore_run', columns);
    const newByHand = id !== null && result.trigger_kind === 'manual';
    await finishJob(c, 'restore_job', { uuid: result.uuid, jobId: restore_job_id, newByHand, endedAt: ended_at });
  });
}

/** Notes that a database wanted no dump; results may arrive in any order. */
export async function uploadSkip(c: Connection, { dump_job_id, skipped_at }: Skip): Promise<void> {
  const sql = 'update pgsnapman.dump_job set skipped_at = greatest(skipped_at, $2) where id = $1';
  await c.execute(sql, [dump_job_id, skipped_at]);
}

/** Writes a message. Twice changes nothing. */
export async function uploadMessage(c: Connection, message: Message): Promise<void> {
  const { worker_id, ...rest } = message;
  await upload(c, async () => {
    await insertOnce(c, 'message', [...plainColumns(rest), reference('worker_id', 'worker', worker_id)]);
  });
}

/** Replaces what is known of a worker's repository, growth over the last week included; nothing if the worker is gone. */
export async function uploadRepositoryStatus(c: Connection, workerId: number, report: RepositoryStatus): Promise<void> {
  await c.execute(
    `insert into pgsnapman.repository as known (worker_id, repository_id, format_version, dump_count, raw_bytes,
      stored_bytes, free_bytes, growth_bytes_per_day, reported_at)
    select w.id, $2, $3, $4, $5, $6, $7, (
      select (sum(d.new_bytes) / 7)::bigint from pgsnapman.dump as d
      where d.worker_id = w.id and d.started_at > now() - interval '7 days'
    ), now()
    from pgsnapman.worker as w where w.id = $1
    on conflict (worker_id) do update set repository_id = excluded.repository_id,
      format_version = excluded.format_version, dump_count = excluded.dump_count, raw_bytes = excluded.raw_bytes,
      stored_bytes = excluded.stored_bytes, free_bytes = excluded.free_bytes,
      growth_bytes_per_day = excluded.growth_bytes_per_day, reported_at = excluded.reported_at`,
    [
      workerId,
      report.repositoryId,
      report.formatVersion,
      report.dumpCount,
      report.rawBytes,
      report.storedBytes,
      report.freeBytes,
    ],
  );
}
