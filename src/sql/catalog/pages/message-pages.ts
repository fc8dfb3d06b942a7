import type { MessageLevel } from '../../../core/model/results.ts';
import type { SortKey } from './keyset.ts';
import type { ListDefinition } from './page-query.ts';

/** A message for the administrator. */
export interface MessageListRow {
  id: number;
  level: MessageLevel;
  tool: string;
  logged_at: Date;
  text: string;
  job_class: string | null;
  job_id: number | null;
  worker_id: number | null;
  worker_name: string | null;
}

const id: SortKey = { sql: 'm.id', type: 'bigint', descending: true };
const logged: SortKey = { sql: 'm.logged_at', type: 'timestamptz', descending: true };

export const messagePages: ListDefinition = {
  from: 'pgsnapman.message as m',
  columns: 'm.id, m.level, m.tool, m.logged_at, m.text, m.job_class, m.job_id, m.worker_id, m.worker_name',
  id,
  search: `concat_ws(' ', m.level, m.tool, m.text, m.job_class || ' ' || m.job_id, m.worker_name)`,
  sorts: {
    time: [logged],
    level: [{ sql: 'm.level', type: 'text' }, logged],
  },
  scopes: {
    worker: 'm.worker_id = ?',
    dumpjob: `m.job_class = 'dump' and m.job_id = ?`,
    restorejob: `m.job_class = 'restore' and m.job_id = ?`,
  },
};
