import { type DumpListRow, dumpPages } from '../../sql/catalog/pages/dump-pages.ts';
import { type DumpDetails, fetchDumpDetails } from '../../sql/catalog/result-details.ts';
import type { Column } from '../list/columns.ts';
import type { ListRow } from '../list/list-state.ts';
import { clean } from '../text/clean.ts';
import { bytesText, countText, listText, nameText, tookText } from '../text/values.ts';
import { nameColumn, numberColumn, stateColumn, timeColumn } from './columns.ts';
import { blank, field, heading, stateField, timeField, verbatim, warningLines } from './detail-lines.ts';
import { type Detail, type Link, screen } from './screen.ts';
import { dumpState, verifiedWord } from './states.ts';

type Row = DumpListRow & ListRow & { id: number };

const what = (row: Row): string => (row.dbname === null ? 'the whole cluster' : clean(row.dbname));

const columns: readonly Column<Row>[] = [
  stateColumn(dumpState),
  timeColumn('STARTED', 1, ({ started_at }) => started_at),
  nameColumn('DATABASE', 0, 14, 40, (row) => row.dbname ?? `(${row.dump_type})`),
  nameColumn('INSTANCE', 3, 12, 24, ({ instance_name }) => instance_name),
  numberColumn('SIZE', 2, 10, ({ raw_bytes }) => bytesText(raw_bytes)),
  numberColumn('TOOK', 4, 7, ({ started_at, ended_at }) => tookText(started_at, ended_at)),
  { title: 'VERIFIED', width: 10, priority: 5, cell: ({ verified_level }) => verifiedWord(verified_level) },
  { title: 'KEEP', width: 4, priority: 6, cell: ({ keep }) => keep },
  numberColumn('STORED', 8, 10, ({ stored_bytes }) => bytesText(stored_bytes)),
  nameColumn('WORKER', 7, 8, 16, ({ worker_name }) => worker_name),
  numberColumn('ID', 9, 8, ({ id }) => String(id)),
];

function details(row: Row, extra: unknown, context: Parameters<typeof timeField>[2]): readonly Detail[] {
  return [
    stateField('state', dumpState(row)),
    ...(row.message === null ? [] : [field('why', row.message, 'bad')]),
    ...(row.verification_failed === null ? [] : [field('verification', row.verification_failed, 'bad')]),
    field('database', row.dbname),
    field('type', row.dump_type),
    field('instance', row.instance_name),
    field('worker', row.worker_name),
    timeField('started', row.started_at, context),
    field('took', tookText(row.started_at, row.ended_at)),
    field('started by', row.trigger_kind),
    field('dump job', row.dump_job_id),
    field('size', bytesText(row.raw_bytes)),
    field('stored', bytesText(row.stored_bytes)),
    field('added', bytesText(row.new_bytes)),
    field('database size', bytesText(row.database_bytes)),
    field('tables, rows', `${countText(row.table_count)}, ${countText(row.row_count)}`),
    field('verified', verifiedWord(row.verified_level)),
    field('keep', row.keep),
    field('server', row.server_version),
    field('pg_dump', row.tool_version),
    ...(context.brief ? [] : [field('id', row.id)]),
    ...warningLines(row.warnings),
    ...moreDetails(row, extra as DumpDetails | null | undefined),
  ];
}

function moreDetails({ uuid }: Row, extra: DumpDetails | null | undefined): Detail[] {
  if (extra === null || extra === undefined) return [];
  const tables = extra.content_tables ?? [];
  return [
    field('uuid', uuid),
    field('address', `${nameText(extra.instance_host)}:${extra.instance_port ?? '-'}`),
    ...(extra.schemas.length > 0 ? [field('only schemas', listText(extra.schemas))] : []),
    ...(extra.tables.length > 0 ? [field('only tables', listText(extra.tables))] : []),
    ...(extra.options.length > 0 ? [field('options', listText(extra.options))] : []),
    field('manifest', extra.manifest_sha256),
    ...(extra.content_schemas === null ? [] : contentLines(extra)),
    ...tables.map(
      ({ schema, name, rows, bytes }): Detail => ({
        text: `  ${clean(schema)}.${clean(name)}  ${countText(rows)} rows  ${bytesText(bytes)}`,
      }),
    ),
    ...(extra.log_tail === null ? [] : [blank, heading('Log'), ...verbatim(extra.log_tail)]),
  ];
}

function contentLines(extra: DumpDetails): Detail[] {
  const extensions = (extra.content_extensions ?? []).map(({ name, version }) => `${name} ${version}`);
  return [
    blank,
    heading('Content'),
    field('schemas', listText(extra.content_schemas ?? [])),
    field('extensions', listText(extensions)),
    field('roles', listText(extra.content_roles ?? [])),
    field('large objects', countText(extra.content_large_objects)),
    field('tables', `${countText(extra.content_table_count)}, the largest first`),
  ];
}

function links(row: Row): Link[] {
  const found: Link[] = [];
  if (row.dump_job_id !== null) {
    found.push({
      title: 'all dumps of this job',
      screen: 'dumps',
      scope: { job: row.dump_job_id },
      name: `job ${row.dump_job_id}`,
    });
  }
  if (row.dbname !== null) {
    found.push({
      title: `all dumps of ${what(row)}`,
      screen: 'dumps',
      scope: { database: row.dbname },
      name: what(row),
    });
  }
  found.push({ title: 'restores of this dump', screen: 'restorelog', scope: { dump: row.id }, name: `dump ${row.id}` });
  if (row.dump_job_id !== null) {
    found.push({
      title: 'messages of its job',
      screen: 'messages',
      scope: { dumpjob: row.dump_job_id },
      name: `dump job ${row.dump_job_id}`,
    });
  }
  return found;
}

export const dumps = screen<Row>({
  id: 'dumps',
  title: 'Dumps',
  noun: 'dump',
  pages: dumpPages,
  tables: ['dump'],
  sort: 'started',
  sorts: {
    started: 'started',
    database: 'database',
    outcome: 'outcome',
    size: 'size',
    stored: 'stored size',
    verified: 'verified',
  },
  columns,
  empty: 'no dumps yet; a dump job makes them, and its worker has to run',
  name: (row) => `dump ${row.id} of ${what(row)}`,
  details,
  fetchExtra: async (catalog, row) => (await fetchDumpDetails(catalog, row.id)) ?? null,
  links,
  copyText: ({ uuid }) => uuid,
});
