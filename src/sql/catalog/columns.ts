import type { z } from 'zod';
import {
  dumpJobSchema,
  dumpJobTriggerSchema,
  instanceSchema,
  restoreJobSchema,
  workerSchema,
} from '../../core/model/configuration.ts';

/** Columns of type interval; the model has them in milliseconds, with a name that says so. */
const INTERVAL_COLUMNS = ['catch_up', 'stall_timeout'];

/** Texts of the scripts whose ids are in columns of the same name with `_id`. */
const SCRIPT_FIELDS = ['script', 'before_hook', 'after_hook', 'before_script', 'after_script'];

/** `catch_up_ms` → `catch_up`; null for a field that is no interval. */
export function intervalColumn(field: string): string | null {
  const column = field.replace(/_ms$/, '');
  return column !== field && INTERVAL_COLUMNS.includes(column) ? column : null;
}

/**
 * The one place that says how a row of the catalog becomes a row of the model: its fields in order, intervals as
 * milliseconds, the uuid of a restore job's dump and the texts of scripts.
 */
function selectList(schema: z.ZodObject, alias: string): string {
  return Object.keys(schema.shape)
    .map((field) => {
      const interval = intervalColumn(field);
      if (interval !== null) return `(extract(epoch from ${alias}.${interval}) * 1000)::float8 as ${field}`;
      if (field === 'dump_uuid') {
        return `(select source.uuid from pgsnapman.dump as source where source.id = ${alias}.dump_id) as dump_uuid`;
      }
      if (SCRIPT_FIELDS.includes(field)) {
        return `(select jsonb_build_object('name', text.name, 'sha256', text.sha256, 'code', text.code)
          from pgsnapman.script as text where text.id = ${alias}.${field}_id) as ${field}`;
      }
      return `${alias}.${field}`;
    })
    .join(', ');
}

/** Select lists for tables that are called so in the query: worker w, instance i, dump_job j, restore_job r, trigger t. */
export const WORKER_COLUMNS = selectList(workerSchema, 'w');
export const INSTANCE_COLUMNS = selectList(instanceSchema, 'i');
export const DUMP_JOB_COLUMNS = selectList(dumpJobSchema, 'j');
export const RESTORE_JOB_COLUMNS = selectList(restoreJobSchema, 'r');
export const TRIGGER_COLUMNS = selectList(dumpJobTriggerSchema, 't');
