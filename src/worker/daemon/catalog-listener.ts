import type { FileConfiguration } from '../../core/config/file-configuration.ts';
import type { Connection } from '../../sql/connection.ts';
import { openCatalog } from '../catalog-access.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/** Tables whose changes a worker acts on; not what workers themselves report. */
const CONCERN_WORKERS = ['setting', 'worker', 'instance', 'dump_job', 'restore_job', 'dump_job_trigger', 'request'];

/**
 * Listens for changes in the catalog, and connects again whenever the connection is lost. While it is away nothing is
 * missed: the tick of each minute looks by itself, and one begins when the catalog is back.
 */
export class CatalogListener {
  readonly #configuration: FileConfiguration;
  readonly #onChange: () => void;
  #connection: Connection | null = null;
  #timer: NodeJS.Timeout | null = null;
  #connecting: Promise<void> = Promise.resolve();
  #stopped = false;
  #retryMs = FIRST_RETRY_MS;

  constructor(configuration: FileConfiguration, onChange: () => void) {
    this.#configuration = configuration;
    this.#onChange = onChange;
  }

  start(): void {
    this.#connecting = this.#listen();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#connecting;
    await this.#connection?.close();
  }

  async #listen(): Promise<void> {
    let connection: Connection | null = null;
    try {
      const options = { timeoutMs: CONNECT_TIMEOUT_MS, applicationName: 'pgsnapman daemon' };
      connection = await openCatalog(this.#configuration, options);
      connection.onNotification((_channel, table) => {
        if (CONCERN_WORKERS.includes(table)) this.#onChange();
      });
      await connection.execute('listen pgsnapman');
      this.#connection = connection;
      connection.onLost(() => this.#again());
      // What changed while nobody listened.
      if (this.#retryMs !== FIRST_RETRY_MS) this.#onChange();
      this.#retryMs = FIRST_RETRY_MS;
    } catch {
      await connection?.close();
      this.#again();
    }
  }

  #again(): void {
    this.#connection = null;
    if (this.#stopped) return;
    this.#timer = setTimeout(() => this.start(), this.#retryMs);
    this.#retryMs = Math.min(2 * this.#retryMs, LONGEST_RETRY_MS);
  }
}
