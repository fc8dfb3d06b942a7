import { errorText, PgSnapManError } from '../../core/errors.ts';
import type { Connection } from '../../sql/connection.ts';

interface CatalogFacts {
  name: string;
  readOnly: boolean;
}

export interface LinkEvents {
  opened(facts: CatalogFacts): void;
  lost(message: string): void;
  changed(table: string): void;
}

/** The connection to the catalog, made again for as long as it takes when it is lost. */
export interface CatalogLink {
  /** Connects for the first time. @throws what `openCatalog` throws */
  open(): Promise<void>;
  /** The connection; null while there is none. */
  current(): Connection | null;
  /** What is connected is of no use any more: a new connection is made. */
  giveUp(why: string): void;
  close(): Promise<void>;
}

const RETRY_DELAYS_MS = [500, 1000, 2000, 5000];
/** A question that takes longer is given up: a person has gone on long since. */
const STATEMENT_TIMEOUT = '15s';

export function createCatalogLink(openCatalog: () => Promise<Connection>, events: LinkEvents): CatalogLink {
  let connection: Connection | null = null;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const connect = async (): Promise<void> => {
    const opened = await openCatalog();
    try {
      const facts = await prepare(opened);
      if (closed) return await opened.close();
      opened.onNotification((_channel, table) => events.changed(table));
      opened.onLost((error) => lose(opened, error));
      connection = opened;
      events.opened(facts);
    } catch (error) {
      await opened.close();
      throw error;
    }
  };

  const lose = (lost: Connection, error: unknown): void => {
    if (connection !== lost || closed) return;
    connection = null;
    void lost.close();
    events.lost(errorText(error));
    retry(0);
  };

  const retry = (attempt: number): void => {
    const delay = RETRY_DELAYS_MS[Math.min(attempt, RETRY_DELAYS_MS.length - 1)];
    timer = setTimeout(() => {
      connect().catch((error: unknown) => {
        if (closed) return;
        events.lost(errorText(error));
        retry(attempt + 1);
      });
    }, delay);
  };

  return {
    open: connect,
    current: () => connection,
    giveUp(why) {
      if (connection !== null) lose(connection, new Error(why));
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      const last = connection;
      connection = null;
      await last?.close();
    },
  };
}

async function prepare(catalog: Connection): Promise<CatalogFacts> {
  const facts = await catalog.row<{ dbname: string; writable: boolean | null }>(`select current_database() as dbname,
    not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off'
      and has_table_privilege(to_regclass('pgsnapman.dump_job'), 'update') as writable,
    set_config('statement_timeout', '${STATEMENT_TIMEOUT}', false)`);
  if (facts === undefined || facts.writable === null) {
    throw new PgSnapManError(
      'catalog_version',
      `database "${facts?.dbname ?? ''}" holds no catalog`,
      'make one with `pgsnapman catalog init`',
    );
  }
  await catalog.execute('listen pgsnapman');
  const { host } = catalog.settings;
  return { name: `${facts.dbname}@${host.startsWith('/') ? 'local' : host}`, readOnly: !facts.writable };
}
