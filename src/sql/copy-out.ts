import type pg from 'pg';

/**
 * A query for node-pg (`client.query(submittable)`) that passes on what `COPY … TO STDOUT` sends, as it comes. What
 * `onData` throws ends it.
 */
export class CopyOut implements pg.Submittable {
  readonly finished: Promise<void>;
  readonly #sql: string;
  readonly #onData: (chunk: Uint8Array) => void;
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};
  #error: Error | null = null;

  constructor(sql: string, onData: (chunk: Uint8Array) => void) {
    this.#sql = sql;
    this.#onData = onData;
    this.finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: pg.Connection): void {
    connection.query(this.#sql);
  }

  handleCopyData(message: { chunk: Uint8Array }): void {
    if (this.#error !== null) return;
    try {
      this.#onData(message.chunk);
    } catch (error) {
      this.#error = error as Error;
    }
  }

  handleError(error: Error): void {
    this.#error ??= error;
    this.#reject(this.#error);
  }

  handleReadyForQuery(): void {
    if (this.#error === null) this.#resolve();
    else this.#reject(this.#error);
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}
