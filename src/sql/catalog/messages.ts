import { PgSnapManError } from '../../core/errors.ts';
import { type Message, messageLevelSchema } from '../../core/model/results.ts';
import type { Connection } from '../connection.ts';
import { Conditions, type ListFilter } from './list-filter.ts';
import { findWorker } from './workers.ts';

export interface MessageRow extends Message {
  id: number;
  created_at: Date;
}

const COLUMNS =
  'm.id, m.uuid, m.level, m.tool, m.logged_at, m.text, m.job_class, m.job_id, m.worker_id, m.worker_name, m.created_at';
const ORDER = 'order by m.logged_at desc, m.id desc';

/** A level and those that are worse, mildest first. @throws PgSnapManError usage */
function levelsFrom(level: string): string[] {
  const levels: readonly string[] = messageLevelSchema.options;
  if (levels.includes(level)) return levels.slice(levels.indexOf(level));
  throw new PgSnapManError('usage', `"${level}" is not a level`, `levels are ${levels.join(', ')}`);
}

/**
 * Newest first. Filters: since, level (and worse), worker, job. Of each level the newest are read by the index that begins
 * with the level, as the bad ones are rare among many.
 */
export async function listMessages(c: Connection, filter: ListFilter = {}): Promise<MessageRow[]> {
  const conditions = new Conditions();
  if (filter.since !== undefined) conditions.add(`m.logged_at >= ${conditions.value(filter.since)}`);
  conditions.equal('m.job_id', filter.job);
  if (filter.worker !== undefined) conditions.equal('m.worker_id', (await findWorker(c, filter.worker)).id);
  const limit = conditions.limit(filter);
  const page = (where: string): string => `select ${COLUMNS} from pgsnapman.message as m ${where} ${ORDER} ${limit}`;
  if (filter.level === undefined) return await c.rows(page(conditions.where), conditions.values);
  const pages = levelsFrom(filter.level).map((level) =>
    page(conditions.whereAnd(`m.level = ${conditions.value(level)}`)),
  );
  const sql = `select ${COLUMNS} from (${pages.map((each) => `(${each})`).join(' union all ')}) as m ${ORDER} ${limit}`;
  return await c.rows(sql, conditions.values);
}

/** Messages that arrived after the one with this id, in the order of arriving. Filters: level (and worse), worker, job. */
export async function messagesAfter(c: Connection, id: number, filter: ListFilter = {}): Promise<MessageRow[]> {
  const conditions = new Conditions();
  conditions.add(`m.id > ${conditions.value(id)}`);
  conditions.equal('m.job_id', filter.job);
  if (filter.worker !== undefined) conditions.equal('m.worker_id', (await findWorker(c, filter.worker)).id);
  if (filter.level !== undefined) conditions.add(`m.level = any (${conditions.value(levelsFrom(filter.level))})`);
  return c.rows(
    `select ${COLUMNS} from pgsnapman.message as m ${conditions.where} order by m.id ${conditions.limit(filter)}`,
    conditions.values,
  );
}
