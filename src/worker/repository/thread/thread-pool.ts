import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { StoreParameters } from '../../../core/repository/parameters.ts';
import type { Task, TaskResult } from './tasks.ts';

/** From the sources the file beside this one; in the bundle, where all files lie in one folder, its compiled twin. */
const THREAD_FILE = import.meta.url.endsWith('.ts')
  ? new URL('./repository-thread.ts', import.meta.url)
  : new URL('./repository-thread.mjs', import.meta.url);

/** Decompressed blocks that all threads together may keep, in bytes. */
const CACHE_BYTES = 64 * 1024 * 1024;

export interface OpenFile {
  file: number;
  run<T extends Task>(task: T): Promise<TaskResult<T>>;
  /** @param ended its final task has been answered: there is nothing to forget */
  close(ended: boolean): Promise<void>;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  /** Files whose tasks all come here. */
  files = 0;
  #next = 0;
  #failure: Error | null = null;

  constructor(parameters: StoreParameters, cacheBytes: number) {
    this.#worker = new Worker(THREAD_FILE, { workerData: { parameters, cacheBytes }, execArgv: [] });
    this.#worker.unref();
    this.#worker.on('message', ({ id, result, error }) => {
      const waiting = this.#waiting.get(id);
      this.#done(id);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(Object.assign(new Error(error.message), { code: error.code }));
    });
    this.#worker.on('error', (error) => this.#fail(error as Error));
    this.#worker.on('exit', () => this.#fail(new Error('a thread of the repository ended')));
  }

  /** Tasks waiting; a file will bring more, though perhaps it has none just now. */
  get load(): number {
    return this.#waiting.size + this.files / 2;
  }

  run(task: Task): Promise<unknown> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#next += 1;
      this.#waiting.set(this.#next, { resolve, reject });
      this.#worker.ref(); // the process must not end while it waits for an answer
      this.#worker.postMessage({ id: this.#next, task });
    });
  }

  end(): Promise<number> {
    return this.#worker.terminate();
  }

  #done(id: number): void {
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

/** Threads that do what costs time. Started when first needed; they do not keep the process alive. */
export class ThreadPool {
  readonly #parameters: StoreParameters;
  readonly #threads: Thread[] = [];
  readonly size: number;
  #files = 0;

  constructor(parameters: StoreParameters, size: number = Math.min(availableParallelism(), 8)) {
    this.#parameters = parameters;
    this.size = Math.max(size, 1);
  }

  /** Runs a task where there is least to do. */
  run<T extends Task>(task: T): Promise<TaskResult<T>> {
    return this.#leastLoaded().run(task) as Promise<TaskResult<T>>;
  }

  /** A number for a file, and a way to run tasks that need its state: all in one thread, in order. To be closed. */
  openFile(): OpenFile {
    this.#files += 1;
    const file = this.#files;
    const thread = this.#leastLoaded();
    thread.files += 1;
    return {
      file,
      run: (task) => thread.run(task) as Promise<never>,
      close: async (ended) => {
        thread.files -= 1;
        if (!ended) await thread.run({ kind: 'forget', file }).catch(() => {}); // a thread that ended has forgotten too
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map((thread) => thread.end()));
  }

  #leastLoaded(): Thread {
    if (this.#threads.length < this.size && this.#threads.every((thread) => thread.load > 0)) {
      const thread = new Thread(this.#parameters, Math.floor(CACHE_BYTES / this.size));
      this.#threads.push(thread);
      return thread;
    }
    return this.#threads.reduce((best, thread) => (thread.load < best.load ? thread : best));
  }
}
