import { type InstanceListRow, instancePages } from '../../sql/catalog/pages/instance-pages.ts';
import type { CellContext, Column } from '../list/columns.ts';
import type { ListRow } from '../list/list-state.ts';
import { clean } from '../text/clean.ts';
import { bytesText, countText } from '../text/values.ts';
import { nameColumn, numberColumn, stateColumn, timeColumn } from './columns.ts';
import { field, stateField, timeField } from './detail-lines.ts';
import { type Detail, type Link, screen } from './screen.ts';

type Row = InstanceListRow & ListRow & { id: number };

const columns: readonly Column<Row>[] = [
  stateColumn(({ status }) => status),
  nameColumn('NAME', 0, 12, 32, ({ name }) => name),
  { title: 'ADDRESS', width: 20, maxWidth: 36, priority: 1, cell: ({ host, port }) => `${clean(host)}:${port}` },
  nameColumn('ENV', 4, 6, 12, ({ environment }) => environment),
  numberColumn('DATABASES', 5, 9, ({ database_count }) => countText(database_count)),
  numberColumn('SIZE', 6, 10, ({ database_bytes }) => bytesText(database_bytes)),
  numberColumn('JOBS', 2, 6, ({ job_count }) => countText(job_count)),
  timeColumn('LAST DUMP', 3, ({ last_dump_at }) => last_dump_at),
  nameColumn('WORKER', 4, 8, 16, ({ worker_name }) => worker_name),
  { title: 'WINDOW', width: 11, priority: 7, cell: ({ window_start, window_end }) => `${window_start}-${window_end}` },
  { title: 'RESTORES', width: 8, priority: 8, cell: ({ restores }) => restores },
  nameColumn('COMMENT', 9, 10, 40, ({ comment }) => comment),
];

/** Sizes are known of databases that a worker found. */
const databasesText = ({ database_count: count, database_bytes: bytes }: Row): string =>
  bytes === null ? countText(count) : `${countText(count)}, ${bytesText(bytes)}`;

function details(row: Row, _extra: unknown, context: CellContext): readonly Detail[] {
  return [
    stateField('state', row.status),
    field('name', row.name),
    field('address', `${row.host}:${row.port}`),
    field('environment', row.environment),
    field('worker', row.worker_name),
    field('logs in as', row.username ?? "PGUSER or the worker's account"),
    field('maintenance', row.maintenance_db),
    field('service', row.service),
    field('sslmode', row.sslmode),
    field('window', `${row.window_start} to ${row.window_end}`),
    field('databases', databasesText(row)),
    field('dump jobs', row.job_count),
    timeField('last dump', row.last_dump_at, context),
    field('new databases', row.auto_add === 'inherit' ? 'as the worker says' : row.auto_add),
    field('jobs at a time', row.max_parallel ?? 'as the setting says'),
    field('trusted', row.trusted ? 'yes' : 'no'),
    field('restores', row.restores),
    field('comment', row.comment),
    field('id', row.id),
    timeField('made', row.created_at, context),
  ];
}

const links = (row: Row): Link[] => [
  { title: 'its databases', screen: 'databases', scope: { instance: row.id }, name: clean(row.name) },
  { title: 'its dump jobs', screen: 'dumpjobs', scope: { instance: row.id }, name: clean(row.name) },
  { title: 'its dumps', screen: 'dumps', scope: { instance: row.id }, name: clean(row.name) },
  { title: 'restore jobs into it', screen: 'restorejobs', scope: { instance: row.id }, name: clean(row.name) },
  { title: 'restores into it', screen: 'restorelog', scope: { instance: row.id }, name: clean(row.name) },
];

export const instances = screen<Row>({
  id: 'instances',
  title: 'Instances',
  noun: 'instance',
  pages: instancePages,
  tables: ['instance', 'database', 'dump_job', 'dump'],
  sort: 'name',
  sorts: { name: 'name', host: 'address', environment: 'environment', worker: 'worker' },
  columns,
  empty: 'no instances; `pgsnapman instance add HOST` makes one',
  name: (row) => `instance ${clean(row.name)}`,
  details,
  links,
  copyText: ({ name }) => name,
});
