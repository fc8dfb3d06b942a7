import type pg from 'pg';
import type { ConnectionSettings } from '../core/connection/connection-settings.ts';
import { type ErrorCode, PgSnapManError } from '../core/errors.ts';
import { type ConnectionError, codeOf, connectionLost } from './connection-error.ts';
import { CopyOut } from './copy-out.ts';
import { queryError } from './query-error.ts';

export interface TransactionOptions {
  isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readOnly?: boolean;
}

const CLOSE_TIMEOUT_MS = 2_000;

/**
 * What every session has, whatever the server, database or role is set to: values in the form that we read, and no
 * schema in which somebody else could have put a function of a name that we use.
 */
const SESSION: Readonly<Record<string, string>> = {
  client_encoding: 'UTF8',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  extra_float_digits: '3',
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  search_path: '',
};

/** One session with a server. Statements are sent one after the other; a connection belongs to one flow of work. */
export class Connection {
  readonly settings: ConnectionSettings;
  readonly #client: pg.Client;
  readonly #lostCode: ErrorCode;
  readonly #lostListeners: ((error: Error) => void)[] = [];
  #tail: Promise<unknown> = Promise.resolve();
  #lost: ConnectionError | null = null;
  #closing = false;
  #inTransaction = false;
  serverVersion = '';
  serverVersionNum = 0;
  /** Process id of the server's backend. */
  backendPid = 0;

  constructor(client: pg.Client, settings: ConnectionSettings, lostCode: ErrorCode = 'run_failed') {
    this.#client = client;
    this.settings = settings;
    this.#lostCode = lostCode;
    client.on('error', (error) => this.#onLost(error));
    client.on('end', () => this.#onLost(new Error('Connection terminated')));
  }

  /** Makes the session ours; called once by `connect`. */
  async prepare(session: Readonly<Record<string, string>>): Promise<void> {
    const settings = Object.entries({ ...SESSION, ...session });
    const calls = settings.map((_, index) => `set_config($${2 * index + 1}, $${2 * index + 2}, false)`);
    const found = await this.row<{ num: number; text: string; pid: number }>(
      `select pg_catalog.current_setting('server_version_num')::int as num,
        pg_catalog.current_setting('server_version') as text, pg_catalog.pg_backend_pid() as pid,
        ${calls.map((call) => `pg_catalog.${call}`).join(', ')}`,
      settings.flat(),
    );
    this.serverVersionNum = found?.num ?? 0;
    this.serverVersion = found?.text ?? '';
    this.backendPid = found?.pid ?? 0;
  }

  #onLost(cause: Error): void {
    if (this.#lost !== null || this.#closing) return;
    this.#lost = connectionLost(this.settings, cause, this.#lostCode);
    for (const listener of this.#lostListeners) listener(this.#lost);
  }

  /** One statement at a time, in the order of the calls. */
  #send(config: pg.QueryConfig | string): Promise<pg.QueryResult> {
    const sent = this.#tail.then(async () => {
      if (this.#lost !== null) throw this.#lost;
      try {
        return await this.#client.query(config);
      } catch (error) {
        throw this.#failure(error);
      }
    });
    this.#tail = sent.catch(() => {});
    return sent;
  }

  #failure(error: unknown): Error {
    if (error instanceof Error && error.message === 'Query read timeout') {
      this.#onLost(new Error('no answer'));
      this.#destroy();
    }
    if (this.#lost !== null) return this.#lost;
    const ended = codeOf(error).startsWith('57P') || codeOf(error).startsWith('08');
    const known = ended ? null : queryError(error);
    return known ?? connectionLost(this.settings, error, this.#lostCode);
  }

  #destroy(): void {
    const { connection } = this.#client as unknown as { connection?: { stream?: { destroy(): void } } };
    connection?.stream?.destroy();
  }

  async rows<T>(sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
    const result = await this.#send({ text: sql, values: [...parameters] });
    return result.rows as T[];
  }

  /** The first row. */
  async row<T>(sql: string, parameters: readonly unknown[] = []): Promise<T | undefined> {
    return (await this.rows<T>(sql, parameters))[0];
  }

  /** Number of affected rows. */
  async execute(sql: string, parameters: readonly unknown[] = []): Promise<number> {
    return (await this.#send({ text: sql, values: [...parameters] })).rowCount ?? 0;
  }

  /** Several statements in one string; without `begin` they are one transaction. */
  async script(sql: string): Promise<void> {
    await this.#send(sql);
  }

  /** Runs `copy … to stdout` and passes its bytes on as they come. */
  copyOut(sql: string, onData: (chunk: Uint8Array) => void): Promise<void> {
    const sent = this.#tail.then(async () => {
      if (this.#lost !== null) throw this.#lost;
      const copy = new CopyOut(sql, onData);
      copy.finished.catch(() => {}); // told below
      const broken = new Promise<never>((_resolve, reject) => this.onLost(reject));
      broken.catch(() => {});
      try {
        this.#client.query(copy);
        await Promise.race([copy.finished, broken]);
      } catch (error) {
        throw this.#failure(error);
      }
    });
    this.#tail = sent.catch(() => {});
    return sent;
  }

  /** Commits what `work` did, or rolls back and throws what it threw. */
  async transaction<T>(work: () => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    if (this.#inTransaction) throw new Error('a transaction is open on this connection already');
    this.#inTransaction = true;
    try {
      await this.execute(
        `begin isolation level ${options.isolation ?? 'read committed'} ${options.readOnly ? 'read only' : 'read write'}`,
      );
      const result = await work();
      const ended = await this.#send('commit');
      // a statement that failed and whose error was swallowed makes `commit` a rollback, without any error
      if (ended.command === 'ROLLBACK') throw new PgSnapManError('run_failed', 'the transaction was rolled back');
      return result;
    } catch (error) {
      await this.#send('rollback').catch(() => {});
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  onNotification(listener: (channel: string, payload: string) => void): void {
    this.#client.on('notification', (message) => listener(message.channel, message.payload ?? ''));
  }

  /** Told once when the server went away by itself; at once if that has happened already. */
  onLost(listener: (error: Error) => void): void {
    if (this.#lost !== null) listener(this.#lost);
    else this.#lostListeners.push(listener);
  }

  /** Says goodbye; a server that does not answer is hung up on. Never throws. */
  async close(): Promise<void> {
    this.#closing = true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    });
    await Promise.race([this.#client.end().catch(() => {}), late]);
    clearTimeout(timer);
    this.#destroy();
  }
}
