import type { Activity } from '../../../core/model/activity.ts';
import type { SortKey } from './keyset.ts';
import type { ListDefinition } from './page-query.ts';

/** What runs now. */
export interface ActivityListRow extends Activity {
  id: number;
  worker_name: string;
  cancel_requested: boolean;
  heartbeat_at: Date;
}

const id: SortKey = { sql: 'a.id', type: 'bigint' };

export const activityPages: ListDefinition = {
  from: 'pgsnapman.activity as a join pgsnapman.worker as w on w.id = a.worker_id',
  columns: `a.id, a.uuid, a.worker_id, w.name as worker_name, a.kind, a.job_id, a.subject, a.started_at, a.stage, a.item,
    a.done_bytes, a.total_bytes, a.done_items, a.total_items, a.cancel_requested, a.heartbeat_at`,
  id,
  search: `concat_ws(' ', w.name, a.kind, a.subject, a.stage, a.item)`,
  sorts: {
    started: [{ sql: 'a.started_at', type: 'timestamptz' }, id],
    subject: [{ sql: 'a.subject', type: 'text' }, id],
    worker: [{ sql: 'w.name', type: 'text' }, id],
  },
  scopes: { worker: 'a.worker_id = ?' },
};
