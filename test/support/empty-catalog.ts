import type { Connection } from '../../src/sql/connection.ts';

const TABLES = [
  'dump_job_trigger',
  'restore_run',
  'restore_job',
  'dump',
  'dump_job',
  'database',
  'request',
  'repository',
  'activity',
  'message',
  'instance',
  'worker',
  'script',
];
const WITHOUT_IDS = ['dump_job_trigger', 'repository'];

/** Removes every row but the settings and the audit; ids begin at 1 again. Quicker than truncate for a few rows. */
export async function emptyCatalog(c: Connection): Promise<void> {
  const deletes = TABLES.map((table) => `delete from pgsnapman.${table}`);
  const resets = TABLES.filter((table) => !WITHOUT_IDS.includes(table)).map(
    (table) => `alter sequence pgsnapman.${table}_id_seq restart`,
  );
  await c.script([...deletes, ...resets].join(';\n'));
}
