import {
  type AuditListRow,
  auditPages,
  type ScriptListRow,
  type SettingListRow,
  scriptPages,
  settingPages,
} from '../../sql/catalog/pages/administration-pages.ts';
import type { ListRow } from '../list/list-state.ts';
import { clean } from '../text/clean.ts';
import { bytesText, nameText } from '../text/values.ts';
import { nameColumn, numberColumn, timeColumn } from './columns.ts';
import { blank, field, heading, timeField } from './detail-lines.ts';
import { type Detail, screen } from './screen.ts';

type ScriptRow = ScriptListRow & ListRow & { id: number };
type SettingRow = SettingListRow & ListRow & { id: string };
type AuditRow = AuditListRow & ListRow & { id: number };

export const scripts = screen<ScriptRow>({
  id: 'scripts',
  title: 'Scripts',
  noun: 'script',
  pages: scriptPages,
  tables: ['script'],
  sort: 'name',
  sorts: { name: 'name', id: 'id' },
  columns: [
    numberColumn('ID', 1, 5, ({ id }) => String(id)),
    nameColumn('NAME', 0, 16, 40, ({ name }) => name),
    numberColumn('SIZE', 2, 10, ({ size_bytes }) => bytesText(size_bytes)),
    timeColumn('MADE', 3, ({ created_at }) => created_at),
    nameColumn('SHA-256', 5, 16, 64, ({ sha256 }) => sha256),
    nameColumn('COMMENT', 4, 10, 60, ({ comment }) => comment),
  ],
  empty: 'no scripts; `pgsnapman script add NAME FILE` makes one',
  name: (row) => `script ${clean(row.name)}`,
  details: (row, _extra, context) => [
    field('name', row.name),
    field('size', bytesText(row.size_bytes)),
    field('sha-256', row.sha256),
    field('comment', row.comment),
    field('id', row.id),
    timeField('made', row.created_at, context),
  ],
  copyText: ({ sha256 }) => sha256,
});

export const settings = screen<SettingRow>({
  id: 'settings',
  title: 'Settings',
  noun: 'setting',
  pages: settingPages,
  tables: ['setting'],
  sort: 'key',
  sorts: { key: 'name' },
  columns: [
    nameColumn('NAME', 0, 22, 32, ({ id }) => id),
    nameColumn('VALUE', 0, 12, 16, ({ value }) => value),
    nameColumn('MEANING', 1, 20, 120, ({ comment }) => comment),
  ],
  empty: 'no settings',
  name: (row) => `setting ${clean(row.id)}`,
  details: (row) => [field('name', row.id), field('value', row.value), field('meaning', row.comment)],
  copyText: ({ value }) => value,
});

/** What an audit row says in a line: which columns changed, or which row came or went. */
function changeText(row: AuditRow): string {
  const { before, after } = row;
  if (before === null || after === null) return nameText(String((after ?? before)?.name ?? ''));
  return changedKeys(row).join(', ');
}

function changedKeys({ before, after }: AuditRow): string[] {
  const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return keys.filter((key) => JSON.stringify(before?.[key]) !== JSON.stringify(after?.[key]));
}

const valueText = (value: unknown): string =>
  nameText(typeof value === 'string' ? value : JSON.stringify(value ?? null));

export const audit = screen<AuditRow>({
  id: 'audit',
  title: 'Audit',
  noun: 'change',
  pages: auditPages,
  tables: ['setting', 'worker', 'instance', 'script', 'dump_job', 'restore_job', 'dump_job_trigger'],
  sort: 'time',
  sorts: { time: 'time' },
  columns: [
    timeColumn('TIME', 0, ({ changed_at }) => changed_at),
    nameColumn('WHO', 1, 10, 24, ({ changed_by }) => changed_by),
    { title: 'DID', width: 6, priority: 2, cell: ({ action }) => action },
    {
      title: 'TO',
      width: 18,
      maxWidth: 30,
      priority: 0,
      cell: (row) => clean(`${row.table_name} ${row.row_id ?? ''}`),
    },
    { title: 'WHAT', width: 14, maxWidth: 80, priority: 3, cell: changeText },
    nameColumn('WITH', 4, 10, 24, ({ application }) => application),
  ],
  empty: 'no changes yet',
  name: (row) => `change ${row.id}`,
  details: (row, _extra, context): Detail[] => [
    timeField('time', row.changed_at, context),
    field('who', row.changed_by),
    field('with', row.application),
    field('did', row.action),
    field('to', `${row.table_name} ${row.row_id ?? ''}`),
    blank,
    heading('Columns'),
    ...changedKeys(row).map((key) => field(key, `${valueText(row.before?.[key])} -> ${valueText(row.after?.[key])}`)),
  ],
  copyText: ({ id }) => String(id),
});
