import type { SortKey } from './keyset.ts';
import type { ListDefinition } from './page-query.ts';

export interface SettingListRow {
  id: string;
  value: string;
  comment: string | null;
}

export interface ScriptListRow {
  id: number;
  name: string;
  sha256: string;
  comment: string | null;
  created_at: Date;
  size_bytes: number;
}

/** A change of the configuration. */
export interface AuditListRow {
  id: number;
  changed_at: Date;
  changed_by: string;
  application: string | null;
  table_name: string;
  row_id: string | null;
  action: 'insert' | 'update' | 'delete';
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

const settingId: SortKey = { sql: 's.key', type: 'text' };
export const settingPages: ListDefinition = {
  from: 'pgsnapman.setting as s',
  columns: 's.key as id, s.value, s.comment',
  id: settingId,
  search: `concat_ws(' ', s.key, s.value, s.comment)`,
  sorts: { key: [settingId] },
};

const scriptId: SortKey = { sql: 'c.id', type: 'integer' };
export const scriptPages: ListDefinition = {
  from: 'pgsnapman.script as c',
  columns: 'c.id, c.name, c.sha256, c.comment, c.created_at, octet_length(c.code) as size_bytes',
  id: scriptId,
  search: `concat_ws(' ', c.id, c.name, c.comment)`,
  sorts: { name: [{ sql: 'c.name', type: 'text' }], id: [scriptId] },
};

const auditId: SortKey = { sql: 'h.id', type: 'bigint', descending: true };
export const auditPages: ListDefinition = {
  from: 'pgsnapman.audit as h',
  columns: 'h.id, h.changed_at, h.changed_by, h.application, h.table_name, h.row_id, h.action, h.before, h.after',
  id: auditId,
  search: `concat_ws(' ', h.changed_by, h.application, h.table_name, h.row_id, h.action, h.after, h.before)`,
  sorts: { time: [{ sql: 'h.changed_at', type: 'timestamptz', descending: true }] },
};
