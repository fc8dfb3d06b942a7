import { type ActivityListRow, activityPages } from '../../sql/catalog/pages/activity-pages.ts';
import type { CellContext, Column } from '../list/columns.ts';
import type { ListRow } from '../list/list-state.ts';
import { clean } from '../text/clean.ts';
import { bytesText, countText, nameText, progressBar, tookText } from '../text/values.ts';
import { nameColumn, numberColumn } from './columns.ts';
import { field, timeField } from './detail-lines.ts';
import { type Detail, screen } from './screen.ts';
import { progressShare } from './states.ts';

type Row = ActivityListRow & ListRow & { id: number };

/** `[#####-----]  52%`, or the bytes done so far where the total is not known. */
export function progressText(row: ActivityListRow, width: number, ascii: boolean): string {
  const share = progressShare(row);
  const text = share === null ? bytesText(row.done_bytes) : `${Math.floor(share * 100)}%`;
  return `${progressBar(share, width, ascii)} ${text.padStart(4)}`;
}

const columns: readonly Column<Row>[] = [
  { title: 'KIND', width: 7, priority: 0, cell: ({ kind }) => ({ text: kind, style: 'accent' }) },
  nameColumn('OF', 0, 22, 44, ({ subject }) => subject),
  { title: 'STAGE', width: 12, maxWidth: 18, priority: 2, cell: ({ stage }) => clean(stage) },
  nameColumn('AT', 5, 12, 40, ({ item }) => item),
  nameColumn('WORKER', 4, 8, 16, ({ worker_name }) => worker_name),
  // What changes all the time stands at the right end: a line is sent from its first change on.
  { title: 'PROGRESS', width: 21, priority: 1, cell: (row, { theme }) => progressText(row, 12, theme.ascii) },
  numberColumn('ELAPSED', 3, 7, ({ started_at }, { now }) => tookText(started_at, now)),
];

function details(row: Row, _extra: unknown, context: CellContext): readonly Detail[] {
  return [
    field('kind', row.kind),
    field('of', row.subject),
    field('worker', row.worker_name),
    field('job', row.job_id),
    field('stage', row.stage),
    field('at', row.item),
    field('done', row.done_bytes === null ? null : `${bytesText(row.done_bytes)} of ${bytesText(row.total_bytes)}`),
    field('items', row.done_items === null ? null : `${countText(row.done_items)} of ${countText(row.total_items)}`),
    timeField('started', row.started_at, context),
    timeField('heartbeat', row.heartbeat_at, context),
    ...(row.cancel_requested ? [field('', 'asked to end', 'warning')] : []),
    field('uuid', row.uuid),
  ];
}

export const activity = screen<Row>({
  id: 'activity',
  title: 'Activity',
  noun: 'run',
  pages: activityPages,
  tables: ['activity'],
  sort: 'started',
  sorts: { started: 'started', subject: 'what', worker: 'worker' },
  columns,
  empty: 'nothing runs now',
  name: (row) => `${row.kind} of ${nameText(row.subject)}`,
  details,
  links: (row) =>
    row.job_id === null || (row.kind !== 'dump' && row.kind !== 'restore')
      ? []
      : [
          row.kind === 'dump'
            ? { title: 'dumps of this job', screen: 'dumps', scope: { job: row.job_id }, name: `job ${row.job_id}` }
            : {
                title: 'runs of this job',
                screen: 'restorelog',
                scope: { job: row.job_id },
                name: `job ${row.job_id}`,
              },
        ],
  copyText: ({ uuid }) => uuid,
});
