import { type DatabaseListRow, databasePages } from '../../sql/catalog/pages/database-pages.ts';
import type { CellContext, Column } from '../list/columns.ts';
import type { ListRow } from '../list/list-state.ts';
import { clean } from '../text/clean.ts';
import { bytesText, countText } from '../text/values.ts';
import { nameColumn, numberColumn, stateColumn, timeColumn } from './columns.ts';
import { field, stateField, timeField } from './detail-lines.ts';
import { type Detail, type Link, screen } from './screen.ts';
import { databaseState } from './states.ts';

type Row = DatabaseListRow & ListRow & { id: number };

const columns: readonly Column<Row>[] = [
  stateColumn(databaseState),
  nameColumn('NAME', 0, 16, 40, ({ name }) => name),
  nameColumn('INSTANCE', 1, 12, 28, ({ instance_name }) => instance_name),
  numberColumn('SIZE', 2, 10, ({ size_bytes }) => bytesText(size_bytes)),
  numberColumn('JOBS', 4, 5, ({ job_count }) => countText(job_count)),
  timeColumn('LAST GOOD', 3, ({ last_good_at }) => last_good_at),
  timeColumn('FIRST SEEN', 5, ({ first_seen_at }) => first_seen_at),
  timeColumn('LAST SEEN', 6, ({ last_seen_at }) => last_seen_at),
];

function details(row: Row, _extra: unknown, context: CellContext): readonly Detail[] {
  return [
    stateField('state', databaseState(row)),
    field('name', row.name),
    field('instance', row.instance_name),
    field('size', bytesText(row.size_bytes)),
    field('dump jobs', row.job_count),
    field(
      'covered',
      row.covered ? 'yes, by a job that runs by itself and dumps everything' : 'no',
      row.covered ? 'plain' : 'warning',
    ),
    timeField('last good dump', row.last_good_at, context),
    timeField('first seen', row.first_seen_at, context),
    timeField('last seen', row.last_seen_at, context),
    ...(row.dropped_at === null ? [] : [timeField('dropped', row.dropped_at, context)]),
    field('id', row.id),
  ];
}

export const databases = screen<Row>({
  id: 'databases',
  title: 'Databases',
  noun: 'database',
  pages: databasePages,
  tables: ['database', 'dump_job', 'dump', 'instance'],
  sort: 'name',
  sorts: { name: 'name', instance: 'instance', size: 'size', seen: 'first seen' },
  columns,
  empty: 'no databases yet; a worker finds them when it looks at its instances',
  name: (row) => `database ${clean(row.name)} on ${clean(row.instance_name)}`,
  details,
  links: (row): Link[] => [
    {
      title: 'its dump jobs',
      screen: 'dumpjobs',
      scope: { instance: row.instance_id, database: row.name },
      name: clean(row.name),
    },
    {
      title: 'its dumps',
      screen: 'dumps',
      scope: { instance: row.instance_id, database: row.name },
      name: clean(row.name),
    },
    {
      title: 'databases of the same instance',
      screen: 'databases',
      scope: { instance: row.instance_id },
      name: clean(row.instance_name),
    },
  ],
  copyText: ({ name }) => name,
});
