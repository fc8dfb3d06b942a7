import { type RestoreJobListRow, restoreJobPages } from '../../sql/catalog/pages/restore-job-pages.ts';
import { fetchRestoreJobHistory, type RunSummary } from '../../sql/catalog/result-details.ts';
import type { CellContext, Column } from '../list/columns.ts';
import type { ListRow } from '../list/list-state.ts';
import { nextRunOf } from '../schedule/next-runs.ts';
import { scheduleInWords } from '../schedule/words.ts';
import { clean } from '../text/clean.ts';
import { runTime } from '../text/time.ts';
import { listText, nameText } from '../text/values.ts';
import { nameColumn, nextRunText, numberColumn, outcomeColumn, stateColumn, timeColumn } from './columns.ts';
import { field, stateField, timeField } from './detail-lines.ts';
import { historyLines } from './history.ts';
import { type Detail, type Link, screen } from './screen.ts';
import { jobState } from './states.ts';

export type RestoreJobRow = RestoreJobListRow & ListRow & { id: number };
type Row = RestoreJobRow;

function sourceText(row: Row): string {
  const database = row.source_dbname === null ? '' : ` ${clean(row.source_dbname)}`;
  if (row.dump_id !== null) return `dump ${row.dump_id}${database}`;
  if (row.latest_of_dump_job_id !== null) return `newest of job ${row.latest_of_dump_job_id}${database}`;
  return row.trigger_job_ids.length === 0 ? '-' : `after job ${row.trigger_job_ids.join(', ')}`;
}

const whenText = (row: Row): string => {
  if (row.job_type === 'trigger') return 'after a dump';
  return clean(row.schedule ?? (row.run_at === null ? 'once' : 'at a time'));
};

const columns: readonly Column<Row>[] = [
  stateColumn(jobState),
  numberColumn('ID', 2, 5, ({ id }) => String(id)),
  nameColumn('INTO', 0, 14, 32, ({ dest_dbname }) => dest_dbname),
  nameColumn('ON', 1, 12, 24, ({ dest_instance_name }) => dest_instance_name),
  { title: 'FROM', width: 14, maxWidth: 36, priority: 3, cell: sourceText },
  { title: 'WHEN', width: 12, maxWidth: 20, priority: 5, cell: whenText },
  {
    title: 'NEXT',
    width: 11,
    priority: 6,
    cell: (row, context) => (row.job_type === 'trigger' ? '-' : nextRunText(row, context)),
  },
  outcomeColumn('LAST', 2, ({ last_outcome }) => last_outcome),
  timeColumn('LAST RUN', 4, ({ last_started_at }) => last_started_at),
  { title: 'IF IT EXISTS', width: 12, priority: 7, cell: ({ existing_db }) => existing_db },
  nameColumn('COMMENT', 8, 10, 40, ({ comment }) => comment),
];

function details(row: Row, extra: unknown, context: CellContext): readonly Detail[] {
  const { now, zone } = context;
  const next =
    row.schedule === null || row.status !== 'active' ? null : nextRunOf(row.schedule, row.timezone ?? zone, now);
  return [
    stateField('state', jobState(row)),
    ...(row.dest_instance_status === 'halted' ? [field('', 'its instance is halted', 'warning')] : []),
    field('into', row.dest_dbname),
    field('on', row.dest_instance_name),
    field('from', sourceText(row)),
    field('source', row.source_instance_name),
    field('type', row.restore_type),
    field('when', whenText(row)),
    ...(row.schedule === null ? [] : [field('', scheduleInWords(row.schedule) ?? 'cannot be read')]),
    ...(row.schedule === null ? [] : [field('next run', next === null ? '-' : runTime(next, zone))]),
    field('if it exists', row.existing_db),
    field('roles', row.role_handling),
    ...(row.after_hook_name === null ? [] : [field('script after', row.after_hook_name)]),
    ...(row.last_outcome === null
      ? [field('last run', null)]
      : [stateField('last run', row.last_outcome), timeField('', row.last_started_at, context)]),
    ...(row.last_message === null ? [] : [field('why', row.last_message, 'bad')]),
    field('schemas', row.schemas.length === 0 ? 'all' : listText(row.schemas)),
    field('tables', row.tables.length === 0 ? 'all' : listText(row.tables)),
    field('comment', row.comment),
    ...(context.brief ? [] : [field('id', row.id)]),
    timeField('made', row.created_at, context),
    ...historyLines('Last runs', extra as RunSummary[] | null | undefined, context),
  ];
}

function links(row: Row): Link[] {
  const found: Link[] = [
    { title: 'runs of this job', screen: 'restorelog', scope: { job: row.id }, name: `job ${row.id}` },
  ];
  if (row.latest_of_dump_job_id !== null) {
    found.push({
      title: 'dumps that it takes',
      screen: 'dumps',
      scope: { job: row.latest_of_dump_job_id },
      name: `job ${row.latest_of_dump_job_id}`,
    });
  }
  found.push({
    title: 'dump jobs that trigger it',
    screen: 'dumpjobs',
    scope: { triggers: row.id },
    name: `for restore job ${row.id}`,
  });
  found.push({
    title: 'messages of this job',
    screen: 'messages',
    scope: { restorejob: row.id },
    name: `restore job ${row.id}`,
  });
  return found;
}

export const restoreJobs = screen<Row>({
  id: 'restorejobs',
  title: 'Restore jobs',
  noun: 'restore job',
  pages: restoreJobPages,
  tables: ['restore_job', 'instance', 'restore_run', 'activity', 'dump_job_trigger'],
  sort: 'id',
  sorts: { id: 'id', database: 'database', instance: 'instance', status: 'status' },
  columns,
  empty: 'no restore jobs; `pgsnapman restorejob add --latest-of JOB --to I --db NAME` makes one',
  name: (row) => `restore job ${row.id} (into ${nameText(row.dest_dbname)} on ${clean(row.dest_instance_name)})`,
  details,
  fetchExtra: (catalog, row) => fetchRestoreJobHistory(catalog, row.id),
  links,
  copyText: ({ id }) => String(id),
});
