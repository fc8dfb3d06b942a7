import type { RowChange } from '../../core/configuration-file/configuration-diff.ts';
import { type ConfigurationTable, TABLE_RULES } from '../../core/configuration-file/tables.ts';
import { PgSnapManError } from '../../core/errors.ts';
import { quoteIdentifier } from '../../core/postgres/identifiers.ts';
import type { Connection } from '../connection.ts';
import { columnOf } from './configuration-export.ts';

const WITH_NUMBERS: readonly ConfigurationTable[] = ['worker', 'instance', 'script', 'dump_job', 'restore_job'];
const HAVE_NAMES: readonly ConfigurationTable[] = ['worker', 'instance', 'script'];

/**
 * Adds or changes one row. A row that is added keeps its number if that is free. References are looked up by name.
 * @throws QueryError when a constraint refuses it, PgSnapManError not_found when what it refers to is not there
 */
async function applyRowChange(c: Connection, change: RowChange): Promise<void> {
  const { table, row } = change;
  const fields = change.change === 'add' ? Object.keys(row) : change.fields.map(({ field }) => field);
  const values: Record<string, unknown> = {};
  for (const field of fields) values[columnOf(table, field)] = await columnValue(c, table, field, row[field] ?? null);
  if (change.change === 'change') return update(c, table, row, values);
  if ('id' in values && (await isTaken(c, table, values.id))) {
    if (!HAVE_NAMES.includes(table)) throw new PgSnapManError('usage', `the number of ${table} ${values.id} is taken`);
    delete values.id;
  }
  await insert(c, table, values);
}

/** Numbers of rows that are made later begin behind those that were given. */
async function advanceNumbers(c: Connection): Promise<void> {
  for (const table of WITH_NUMBERS) {
    await c.execute(
      `select setval(pg_get_serial_sequence('pgsnapman.${table}', 'id'), greatest((select max(id) from pgsnapman.${table}), 1),
        exists (select from pgsnapman.${table}))`,
    );
  }
}

async function columnValue(c: Connection, table: ConfigurationTable, field: string, value: unknown): Promise<unknown> {
  if (value === null) return null;
  if (table === 'restore_job' && field === 'dump_uuid') {
    const dump = await c.row<{ id: number }>('select id from pgsnapman.dump where uuid = $1', [value]);
    if (dump !== undefined) return dump.id;
    throw new PgSnapManError(
      'not_found',
      `dump ${value} is not in the catalog`,
      'run `catalog rebuild` on its worker first',
    );
  }
  const reference = Object.values(TABLE_RULES[table].references).find((one) => one.field === field);
  if (reference === undefined) return value;
  const found = await c.row<{ id: number }>(`select id from pgsnapman.${reference.table} where name = $1`, [value]);
  if (found !== undefined) return found.id;
  throw new PgSnapManError('not_found', `there is no ${reference.table} "${value}"`, 'add it, or name another one');
}

async function isTaken(c: Connection, table: ConfigurationTable, id: unknown): Promise<boolean> {
  return (await c.row(`select 1 as one from pgsnapman.${table} where id = $1`, [id])) !== undefined;
}

const columnsOf = (values: Readonly<Record<string, unknown>>): string =>
  Object.keys(values).map(quoteIdentifier).join(', ');

async function insert(c: Connection, table: ConfigurationTable, values: Record<string, unknown>): Promise<void> {
  const columns = columnsOf(values);
  await c.execute(
    `insert into pgsnapman.${table} (${columns})
    select ${columns} from jsonb_populate_record(null::pgsnapman.${table}, $1::jsonb)`,
    [JSON.stringify(values)],
  );
}

async function update(
  c: Connection,
  table: ConfigurationTable,
  row: RowChange['row'],
  values: Record<string, unknown>,
): Promise<void> {
  const keys = TABLE_RULES[table].key;
  const conditions = keys.map((column, index) => `t.${quoteIdentifier(column)}::text = $${index + 2}`).join(' and ');
  const columns = Object.keys(values).map((column) => `${quoteIdentifier(column)} = v.${quoteIdentifier(column)}`);
  await c.execute(
    `update pgsnapman.${table} as t set ${columns.join(', ')}
    from jsonb_populate_record(null::pgsnapman.${table}, $1::jsonb) as v where ${conditions}`,
    [JSON.stringify(values), ...keys.map((column) => String(row[column]))],
  );
}

/**
 * Applies changes in their order: workers may refer to workers that come later, so that is said at the end. What cannot
 * be applied is given to `leaveOut`, which may throw to end it all.
 */
export async function applyConfiguration(
  c: Connection,
  changes: readonly RowChange[],
  leaveOut: (change: RowChange, error: PgSnapManError) => void,
): Promise<number> {
  let applied = 0;
  for (const change of inTwoSteps(changes)) {
    try {
      await c.script('savepoint one_row');
      await applyRowChange(c, change);
      applied += 1;
    } catch (error) {
      await c.script('rollback to savepoint one_row');
      if (!(error instanceof PgSnapManError)) throw error;
      leaveOut(change, error);
    }
  }
  await advanceNumbers(c);
  return applied;
}

function inTwoSteps(changes: readonly RowChange[]): RowChange[] {
  const isPair = ({ table, change, row }: RowChange): boolean =>
    table === 'worker' && change === 'add' && row.restore_worker !== undefined;
  const first = changes.map((change) => {
    if (!isPair(change)) return change;
    const { restore_worker: _later, ...row } = change.row;
    return { ...change, row };
  });
  const later = changes.filter(isPair).map(({ row, ...rest }): RowChange => {
    return {
      ...rest,
      row,
      change: 'change',
      fields: [{ field: 'restore_worker', from: null, to: row.restore_worker }],
    };
  });
  const end = first.findIndex(({ table }) => table !== 'setting' && table !== 'worker');
  const at = end < 0 ? first.length : end;
  return [...first.slice(0, at), ...later, ...first.slice(at)];
}

/** True if nobody has configured or stored anything yet. */
export async function isEmptyCatalog(c: Connection): Promise<boolean> {
  const row = await c.row<{ empty: boolean }>(
    `select not exists (select from pgsnapman.worker) and not exists (select from pgsnapman.instance)
      and not exists (select from pgsnapman.dump_job) and not exists (select from pgsnapman.restore_job)
      and not exists (select from pgsnapman.dump) as empty`,
  );
  return row?.empty ?? false;
}

export async function hasJobs(c: Connection): Promise<boolean> {
  const row = await c.row<{ some: boolean }>(
    'select exists (select from pgsnapman.dump_job) or exists (select from pgsnapman.restore_job) as some',
  );
  return row?.some ?? false;
}

/** A catalog that takes the place of a lost one has its identity: what workers keep goes on to mean the same. */
export async function takeIdentity(c: Connection, catalogId: string): Promise<void> {
  await c.execute(`update pgsnapman.setting set value = $1 where key = 'catalog_id'`, [catalogId]);
}
