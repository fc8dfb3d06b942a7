import { type RestoreRunListRow, restoreRunPages } from '../../sql/catalog/pages/restore-run-pages.ts';
import { fetchRestoreRunDetails, type RestoreRunDetails } from '../../sql/catalog/result-details.ts';
import type { CellContext, Column } from '../list/columns.ts';
import type { ListRow } from '../list/list-state.ts';
import { clean } from '../text/clean.ts';
import { countText, nameText, tookText } from '../text/values.ts';
import { nameColumn, numberColumn, stateColumn, timeColumn } from './columns.ts';
import { blank, field, heading, stateField, timeField, verbatim, warningLines } from './detail-lines.ts';
import { type Detail, type Link, screen } from './screen.ts';

type Row = RestoreRunListRow & ListRow & { id: number };

const sourceText = (row: Row): string =>
  row.dump_id === null ? '-' : `${nameText(row.source_dbname)} (dump ${row.dump_id})`;

const columns: readonly Column<Row>[] = [
  stateColumn(({ outcome }) => outcome),
  timeColumn('STARTED', 1, ({ started_at }) => started_at),
  nameColumn('INTO', 0, 14, 32, ({ dest_dbname }) => dest_dbname),
  nameColumn('ON', 2, 12, 24, ({ dest_instance_name }) => dest_instance_name),
  { title: 'FROM', width: 18, maxWidth: 36, priority: 4, cell: sourceText },
  numberColumn('TOOK', 3, 7, ({ started_at, ended_at }) => tookText(started_at, ended_at)),
  numberColumn('TABLES', 6, 6, ({ table_count }) => countText(table_count)),
  numberColumn('ROWS', 7, 12, ({ row_count }) => countText(row_count)),
  { title: 'STARTED BY', width: 10, priority: 8, cell: ({ trigger_kind }) => trigger_kind },
  nameColumn('WORKER', 5, 8, 16, ({ worker_name }) => worker_name),
];

function details(row: Row, extra: unknown, context: CellContext): readonly Detail[] {
  const more = extra as RestoreRunDetails | null | undefined;
  return [
    stateField('state', row.outcome),
    ...(row.message === null ? [] : [field('why', row.message, 'bad')]),
    field('into', row.dest_dbname),
    field('on', row.dest_instance_name),
    field('from', sourceText(row)),
    field('source', row.source_instance_name),
    field('worker', row.worker_name),
    timeField('started', row.started_at, context),
    field('took', tookText(row.started_at, row.ended_at)),
    field('started by', row.trigger_kind),
    field('restore job', row.restore_job_id),
    field('tables, rows', `${countText(row.table_count)}, ${countText(row.row_count)}`),
    field('undo database', row.undo_dbname),
    field('pg_restore', row.tool_version),
    ...(context.brief ? [] : [field('id', row.id), field('uuid', row.uuid)]),
    ...warningLines(row.warnings),
    ...(more?.log_tail ? [blank, heading('Log'), ...verbatim(more.log_tail)] : []),
  ];
}

function links(row: Row): Link[] {
  const found: Link[] = [];
  if (row.restore_job_id !== null) {
    found.push({
      title: 'all runs of this job',
      screen: 'restorelog',
      scope: { job: row.restore_job_id },
      name: `job ${row.restore_job_id}`,
    });
    found.push({
      title: 'messages of its job',
      screen: 'messages',
      scope: { restorejob: row.restore_job_id },
      name: `restore job ${row.restore_job_id}`,
    });
  }
  if (row.dump_id !== null) {
    found.push({
      title: 'restores of the same dump',
      screen: 'restorelog',
      scope: { dump: row.dump_id },
      name: `dump ${row.dump_id}`,
    });
  }
  return found;
}

export const restoreLog = screen<Row>({
  id: 'restorelog',
  title: 'Restore log',
  noun: 'restore',
  pages: restoreRunPages,
  tables: ['restore_run'],
  sort: 'started',
  sorts: { started: 'started', database: 'database', outcome: 'outcome' },
  columns,
  empty: 'no restores yet; a restore job makes them, and its worker has to run',
  name: (row) => `restore ${row.id} into ${clean(row.dest_dbname)}`,
  details,
  fetchExtra: async (catalog, row) => (await fetchRestoreRunDetails(catalog, row.id)) ?? null,
  links,
  copyText: ({ uuid }) => uuid,
});
