import { instanceConnection } from '../../core/connection/connection-settings.ts';
import { type Connection, connect } from '../../sql/connection.ts';
import { instanceOfRequest, type RequestContext } from './request-context.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** Somebody waits for the answer in front of a screen. */
const QUERY_TIMEOUT_MS = 60_000;

/** Asks a database of an instance; `dbname` null: its maintenance database. @throws ConnectionError, QueryError */
export async function withInstance<T>(
  context: RequestContext,
  where: { instance_id: number; dbname: string | null },
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const instance = await instanceOfRequest(context, where.instance_id);
  const settings = instanceConnection(instance, where.dbname, context.session.worker.sources);
  const connection = await connect(settings, { timeoutMs: CONNECT_TIMEOUT_MS, queryTimeoutMs: QUERY_TIMEOUT_MS });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
