import { join } from 'node:path';
import type { DataItem } from '../../core/dump/data-items.ts';
import { type FileRole, type StoredFile, storedFileSchema } from '../../core/manifest/manifest.ts';
import { faultPoint } from '../fault.ts';
import { smallFiles } from '../files/small-files.ts';
import type { DumpWriter } from '../repository/repository.ts';
import { completeLargeObjects, isCompleteTableFile } from './staging.ts';

const FILES_AT_A_TIME = 4;

interface Order {
  path: string;
  role: FileRole;
  /** What people know it by. */
  name: string;
}

export interface StagingIntakeOptions {
  directory: string;
  /** May still be on its way: a repository is opened while pg_dump begins. */
  writer: Promise<DumpWriter>;
  signal: AbortSignal;
  /** Told once, of the first error; nothing more is begun after it. */
  onFailure(error: unknown): void;
}

/**
 * Takes the files of a staging folder into the repository, several at a time, and removes each once it is stored. Those
 * that are finished while pg_dump still writes others come first; so staging never has to hold the whole dump, and little
 * is left to do when pg_dump ends.
 */
export class StagingIntake {
  readonly stored: StoredFile[] = [];
  /** Bytes read so far, also of files that are not done yet. */
  readBytes = 0;
  /** Bytes of the files in `stored`. */
  storedBytes = 0;
  readonly #options: StagingIntakeOptions;
  readonly #ordered = new Set<string>();
  readonly #queue: Order[] = [];
  readonly #running = new Map<string, Promise<void>>();
  readonly #names = new Map<string, string>();
  #failure: { error: unknown } | null = null;

  constructor(options: StagingIntakeOptions) {
    this.#options = options;
  }

  /** What is being stored now; null: nothing. */
  get item(): string | null {
    return this.#names.values().next().value ?? null;
  }

  /** Takes what an item has brought so far, if its content says that it is complete. */
  async perhapsFinished(item: DataItem): Promise<void> {
    const { directory } = this.#options;
    if (item.role === 'table_data') {
      if (!this.#ordered.has(item.path) && isCompleteTableFile(join(directory, item.path))) this.take(item);
    } else if (item.role === 'large_object_toc') {
      for (const path of await completeLargeObjects(directory, item.path)) {
        this.take({ path, role: 'large_object', name: path });
      }
    }
  }

  /** Puts a file that is complete into the queue; once. */
  take(order: Order): void {
    if (this.#ordered.has(order.path)) return;
    this.#ordered.add(order.path);
    this.#queue.push(order);
    this.#fill();
  }

  /** Waits until everything that was put into the queue is stored. @throws the first error */
  async drain(): Promise<void> {
    while (this.#running.size > 0) await Promise.race(this.#running.values());
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** Begins nothing more, and waits for what runs. */
  async stop(): Promise<void> {
    this.#queue.length = 0;
    await Promise.all(this.#running.values());
  }

  #fill(): void {
    while (this.#running.size < FILES_AT_A_TIME) {
      const order = this.#queue.shift();
      if (order === undefined) return;
      this.#running.set(order.path, this.#run(order));
    }
  }

  async #run(order: Order): Promise<void> {
    this.#names.set(order.path, order.name);
    try {
      await this.#store(order);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#running.delete(order.path);
      this.#names.delete(order.path);
      this.#fill();
    }
  }

  async #store({ path, role }: Order): Promise<void> {
    const { directory, signal } = this.#options;
    const writer = await this.#options.writer;
    signal.throwIfAborted();
    const onRead = (bytes: number) => {
      this.readBytes += bytes;
    };
    const source = { file: join(directory, path), signal, onRead };
    const { sha256, sizeBytes, rows } = await writer.addFile(role, path, source);
    this.stored.push(storedFileSchema.parse({ path, role, sha256, size_bytes: sizeBytes, rows }));
    this.storedBytes += sizeBytes;
    await smallFiles.remove(source.file);
    faultPoint('dump.file-removed');
  }

  #fail(error: unknown): void {
    this.#queue.length = 0;
    if (this.#failure !== null) return;
    this.#failure = { error };
    this.#options.onFailure(error);
  }
}
