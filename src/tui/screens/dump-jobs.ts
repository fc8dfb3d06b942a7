import { countOf } from '../../core/text/numbers.ts';
import { type DumpJobListRow, dumpJobPages } from '../../sql/catalog/pages/dump-job-pages.ts';
import { fetchDumpJobHistory, type RunSummary } from '../../sql/catalog/result-details.ts';
import type { CellContext, Column } from '../list/columns.ts';
import type { ListRow } from '../list/list-state.ts';
import { nextRunOf } from '../schedule/next-runs.ts';
import { scheduleInWords } from '../schedule/words.ts';
import { clean } from '../text/clean.ts';
import { runTime } from '../text/time.ts';
import { listText } from '../text/values.ts';
import { nameColumn, nextRunText, numberColumn, outcomeColumn, stateColumn, timeColumn } from './columns.ts';
import { field, stateField, timeField } from './detail-lines.ts';
import { historyLines } from './history.ts';
import { type Detail, type Link, screen } from './screen.ts';
import { jobState } from './states.ts';

export type DumpJobRow = DumpJobListRow & ListRow & { id: number };
type Row = DumpJobRow;

const jobTarget = (row: Row): string => (row.dbname === null ? `(${row.dump_type})` : clean(row.dbname));

const columns: readonly Column<Row>[] = [
  stateColumn(jobState),
  numberColumn('ID', 2, 5, ({ id }) => String(id)),
  nameColumn('DATABASE', 0, 14, 40, (row) => row.dbname ?? `(${row.dump_type})`),
  nameColumn('INSTANCE', 1, 12, 24, ({ instance_name }) => instance_name),
  {
    title: 'SCHEDULE',
    width: 12,
    maxWidth: 20,
    priority: 5,
    cell: (row) => clean(row.schedule ?? (row.run_at === null ? 'once' : 'at a time')),
  },
  { title: 'NEXT', width: 11, priority: 4, cell: nextRunText },
  outcomeColumn('LAST', 3, ({ last_outcome }) => last_outcome),
  timeColumn('LAST RUN', 6, ({ last_started_at }) => last_started_at),
  { title: 'KEEP', width: 10, priority: 8, cell: keepText },
  nameColumn('WORKER', 7, 8, 16, ({ worker_name }) => worker_name),
  nameColumn('COMMENT', 9, 10, 40, ({ comment }) => comment),
];

function keepText(row: Row): string {
  return `${row.keep_daily},${row.keep_weekly},${row.keep_monthly},${row.keep_yearly}`;
}

function details(row: Row, extra: unknown, context: CellContext): readonly Detail[] {
  return [
    stateField('state', jobState(row)),
    ...hindrances(row),
    field('database', row.dbname),
    field('instance', row.instance_name),
    field('worker', row.worker_name),
    field('type', row.dump_type),
    ...whenLines(row, context),
    field(
      'keep',
      `${row.keep_daily} daily, ${row.keep_weekly} weekly, ${row.keep_monthly} monthly, ${row.keep_yearly} yearly; never fewer than ${row.keep_last}`,
    ),
    ...(row.last_outcome === null
      ? [field('last dump', null)]
      : [stateField('last dump', row.last_outcome), timeField('', row.last_started_at, context)]),
    ...(row.last_message === null ? [] : [field('why', row.last_message, 'bad')]),
    field('triggers', row.trigger_count === 0 ? '-' : countOf(row.trigger_count, 'restore job')),
    field('schemas', row.schemas.length === 0 ? 'all' : listText(row.schemas)),
    field('tables', row.tables.length === 0 ? 'all' : listText(row.tables)),
    field('options', listText(row.options)),
    field('parallel', row.parallel),
    field('on demand', row.on_demand ? 'yes, the database decides' : 'no'),
    ...(row.skipped_at === null ? [] : [timeField('last skipped', row.skipped_at, context)]),
    ...scriptLines(row),
    field('comment', row.comment),
    ...(context.brief ? [] : [field('id', row.id)]),
    timeField('made', row.created_at, context),
    ...historyLines('Last dumps', extra as RunSummary[] | null | undefined, context),
  ];
}

/** Scripts that it has. */
function scriptLines(row: Row): Detail[] {
  const scripts: [string, string | null][] = [
    ['script', row.script_name],
    ['script before', row.before_hook_name],
    ['script after', row.after_hook_name],
  ];
  return scripts.flatMap(([label, name]) => (name === null ? [] : [field(label, name)]));
}

/** Why an active job does not run all the same. */
function hindrances(row: Row): Detail[] {
  const found: Detail[] = [];
  if (row.instance_status === 'halted') found.push(field('', 'its instance is halted', 'warning'));
  if (row.worker_name === null) found.push(field('', 'no worker is assigned', 'warning'));
  if (row.worker_status === 'halted') found.push(field('', 'its worker is halted', 'warning'));
  return found;
}

function whenLines(row: Row, { now, zone }: CellContext): Detail[] {
  if (row.schedule === null) {
    return [field('when', row.run_at === null ? 'once, as soon as possible' : `once, ${runTime(row.run_at, zone)}`)];
  }
  const next = row.status === 'active' ? nextRunOf(row.schedule, row.timezone ?? zone, now) : null;
  return [
    field('schedule', row.schedule),
    field('', scheduleInWords(row.schedule) ?? 'cannot be read'),
    field('time zone', row.timezone ?? "that of the worker's machine"),
    field('next run', next === null ? '-' : runTime(next, zone)),
  ];
}

const links = (row: Row): Link[] => [
  { title: 'dumps of this job', screen: 'dumps', scope: { job: row.id }, name: `job ${row.id}` },
  { title: 'restore jobs that use it', screen: 'restorejobs', scope: { job: row.id }, name: `dump job ${row.id}` },
  { title: 'messages of this job', screen: 'messages', scope: { dumpjob: row.id }, name: `dump job ${row.id}` },
  {
    title: `jobs of ${clean(row.instance_name)}`,
    screen: 'dumpjobs',
    scope: { instance: row.instance_id },
    name: clean(row.instance_name),
  },
];

export const dumpJobs = screen<Row>({
  id: 'dumpjobs',
  title: 'Dump jobs',
  noun: 'dump job',
  pages: dumpJobPages,
  tables: ['dump_job', 'instance', 'worker', 'dump', 'activity', 'dump_job_trigger'],
  sort: 'id',
  sorts: { id: 'id', database: 'database', instance: 'instance', worker: 'worker', status: 'status' },
  columns,
  empty: 'no dump jobs; `pgsnapman dumpjob add --instance I --db NAME` makes one',
  name: (row) => `dump job ${row.id} (${jobTarget(row)} on ${clean(row.instance_name)})`,
  details,
  fetchExtra: (catalog, row) => fetchDumpJobHistory(catalog, row.id),
  links,
  copyText: ({ id }) => String(id),
});
