import { type WorkerListRow, workerPages } from '../../sql/catalog/pages/worker-pages.ts';
import type { CellContext, Column } from '../list/columns.ts';
import type { ListRow } from '../list/list-state.ts';
import { clean } from '../text/clean.ts';
import { bytesText, countText, listText } from '../text/values.ts';
import { nameColumn, numberColumn, stateColumn, timeColumn } from './columns.ts';
import { blank, field, heading, stateField, timeField } from './detail-lines.ts';
import { type Detail, type Link, screen } from './screen.ts';
import { workerState } from './states.ts';

type Row = WorkerListRow & ListRow & { id: number };

const columns: readonly Column<Row>[] = [
  stateColumn((row, { now }) => workerState(row, now)),
  nameColumn('NAME', 0, 12, 32, ({ name }) => name),
  timeColumn('LAST SEEN', 1, ({ last_seen_at }) => last_seen_at),
  numberColumn('RUNNING', 3, 7, ({ running_count }) => countText(running_count)),
  numberColumn('JOBS', 2, 6, ({ job_count }) => countText(job_count)),
  numberColumn('INSTANCES', 5, 9, ({ instance_count }) => countText(instance_count)),
  numberColumn('STORED', 4, 10, ({ stored_bytes }) => bytesText(stored_bytes)),
  numberColumn('FREE', 4, 10, ({ free_bytes }) => bytesText(free_bytes)),
  { title: 'VERSION', width: 10, priority: 6, cell: ({ version }) => clean(version ?? '-') },
  {
    title: 'POSTGRES TOOLS',
    width: 14,
    maxWidth: 28,
    priority: 7,
    cell: ({ tools }) => listText((tools ?? []).map(({ version }) => version)),
  },
  nameColumn('COMMENT', 8, 10, 40, ({ comment }) => comment),
];

function details(row: Row, _extra: unknown, context: CellContext): readonly Detail[] {
  const tools = row.tools ?? [];
  return [
    stateField('state', workerState(row, context.now)),
    field('name', row.name),
    timeField('last seen', row.last_seen_at, context),
    field('running', row.running_count),
    field('jobs', row.job_count),
    field('instances', row.instance_count),
    field('time zone', row.timezone ?? "its machine's own"),
    field('restores by', row.restore_worker_name ?? 'itself'),
    field('new databases', row.auto_add),
    field('cleans', row.clean_schedule),
    field('verifies', row.verify_schedule),
    field('discovers', row.discovery_schedule),
    field('pgsnapman', row.version),
    field('comment', row.comment),
    field('id', row.id),
    timeField('made', row.created_at, context),
    blank,
    heading('Repository'),
    field('dumps', countText(row.dump_count)),
    field('size', bytesText(row.raw_bytes)),
    field('stored', bytesText(row.stored_bytes)),
    field('free', bytesText(row.free_bytes)),
    field('grows by', row.growth_bytes_per_day === null ? '-' : `${bytesText(row.growth_bytes_per_day)} a day`),
    blank,
    heading('Postgres tools'),
    ...(tools.length === 0
      ? [{ text: '  not reported yet' }]
      : tools.map(({ version, directory }) => field(version, directory))),
  ];
}

const links = (row: Row): Link[] => [
  { title: 'its instances', screen: 'instances', scope: { worker: row.id }, name: clean(row.name) },
  { title: 'its dump jobs', screen: 'dumpjobs', scope: { worker: row.id }, name: clean(row.name) },
  { title: 'its dumps', screen: 'dumps', scope: { worker: row.id }, name: clean(row.name) },
  { title: 'its messages', screen: 'messages', scope: { worker: row.id }, name: clean(row.name) },
  { title: 'what it does now', screen: 'activity', scope: { worker: row.id }, name: clean(row.name) },
];

export const workers = screen<Row>({
  id: 'workers',
  title: 'Workers',
  noun: 'worker',
  pages: workerPages,
  tables: ['worker', 'repository', 'activity', 'instance', 'dump_job'],
  sort: 'name',
  sorts: { name: 'name', seen: 'last seen', status: 'status' },
  columns,
  empty: 'no workers; `pgsnapman worker register NAME` makes one',
  name: (row) => `worker ${clean(row.name)}`,
  details,
  links,
  copyText: ({ name }) => name,
});
