import { type MessageListRow, messagePages } from '../../sql/catalog/pages/message-pages.ts';
import type { CellContext, Column } from '../list/columns.ts';
import type { ListRow } from '../list/list-state.ts';
import { clean, cleanLines } from '../text/clean.ts';
import { nameColumn, stateCell, timeColumn } from './columns.ts';
import { blank, field, stateField, timeField } from './detail-lines.ts';
import { type Detail, type Link, screen } from './screen.ts';

type Row = MessageListRow & ListRow & { id: number };

const jobText = (row: Row): string => (row.job_class === null ? '-' : `${row.job_class} ${row.job_id ?? ''}`.trim());

const columns: readonly Column<Row>[] = [
  { title: 'LEVEL', width: 10, priority: 0, cell: ({ level }) => stateCell(level) },
  timeColumn('TIME', 1, ({ logged_at }) => logged_at),
  { title: 'TEXT', width: 38, maxWidth: 400, priority: 0, cell: ({ text }) => clean(text) },
  { title: 'JOB', width: 13, priority: 3, cell: jobText },
  nameColumn('WORKER', 2, 8, 16, ({ worker_name }) => worker_name),
  { title: 'TOOL', width: 10, priority: 4, cell: ({ tool }) => clean(tool) },
];

function details(row: Row, _extra: unknown, context: CellContext): readonly Detail[] {
  return [
    stateField('level', row.level),
    timeField('time', row.logged_at, context),
    field('tool', row.tool),
    field('job', jobText(row)),
    field('worker', row.worker_name),
    blank,
    ...cleanLines(row.text).map((text) => ({ text })),
  ];
}

function links(row: Row): Link[] {
  const found: Link[] = [];
  if (row.job_id !== null && row.job_class === 'dump') {
    found.push({
      title: 'messages of the same job',
      screen: 'messages',
      scope: { dumpjob: row.job_id },
      name: `dump job ${row.job_id}`,
    });
    found.push({ title: 'dumps of that job', screen: 'dumps', scope: { job: row.job_id }, name: `job ${row.job_id}` });
  }
  if (row.job_id !== null && row.job_class === 'restore') {
    found.push({
      title: 'messages of the same job',
      screen: 'messages',
      scope: { restorejob: row.job_id },
      name: `restore job ${row.job_id}`,
    });
    found.push({
      title: 'runs of that job',
      screen: 'restorelog',
      scope: { job: row.job_id },
      name: `job ${row.job_id}`,
    });
  }
  if (row.worker_id !== null) {
    found.push({
      title: 'messages of the same worker',
      screen: 'messages',
      scope: { worker: row.worker_id },
      name: clean(row.worker_name ?? ''),
    });
  }
  return found;
}

export const messages = screen<Row>({
  id: 'messages',
  title: 'Messages',
  noun: 'message',
  pages: messagePages,
  tables: ['message'],
  sort: 'time',
  sorts: { time: 'time', level: 'level' },
  columns,
  empty: 'no messages',
  name: (row) => `message ${row.id}`,
  details,
  links,
  copyText: ({ text }) => text,
});
