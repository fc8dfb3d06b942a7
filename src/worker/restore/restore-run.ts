import type { ConnectionSettings } from '../../core/connection/connection-settings.ts';
import { instanceConnection } from '../../core/connection/connection-settings.ts';
import type { Progress } from '../../core/model/activity.ts';
import { type Connection, connect } from '../../sql/connection.ts';
import type { RunContext } from '../run/run-context.ts';
import type { RestoreTask } from './restore-task.ts';
import { RunStop } from './run-stop.ts';

const LOG_TAIL_LINES = 200;
const REPORT_INTERVAL_MS = 200;

/** Sessions of ours are not bound by what the role or the server is set to. */
const SESSION = { default_transaction_read_only: 'off', statement_timeout: '0', lock_timeout: '0' };

/** What all steps of one restore share. */
export class RestoreRun {
  readonly task: RestoreTask;
  readonly context: RunContext;
  readonly stop: RunStop;
  readonly warnings: string[] = [];
  readonly #tail: string[] = [];
  #lastReport = Number.NEGATIVE_INFINITY;

  constructor(task: RestoreTask, context: RunContext) {
    this.task = task;
    this.context = context;
    this.stop = new RunStop(context.signal);
  }

  /** Name of the run's sessions on the target; a later run knows by it whom to end. */
  get applicationName(): string {
    return applicationName(this.task.uuid);
  }

  log(line: string): void {
    this.#tail.push(line);
    if (this.#tail.length > LOG_TAIL_LINES) this.#tail.shift();
    this.context.log(line);
  }

  get logTail(): string {
    return this.#tail.join('\n');
  }

  warn(warning: string): void {
    if (this.warnings.includes(warning)) return;
    this.warnings.push(warning);
    this.log(`warning: ${warning}`);
  }

  /** Begins a stage, unless the run has been stopped. @throws RunStopped */
  stage(stage: string, first: Partial<Progress> = {}): void {
    this.stop.check();
    this.log(`stage: ${stage}`);
    this.#lastReport = Number.NEGATIVE_INFINITY;
    const nothing = { item: null, done_bytes: null, total_bytes: null, done_items: null, total_items: null };
    this.progress({ ...nothing, ...first, stage });
  }

  /** Reports progress, a few times a second at most: a terminal and the catalog need no more. */
  progress(progress: Progress): void {
    const now = performance.now();
    if (now - this.#lastReport < REPORT_INTERVAL_MS) return;
    this.#lastReport = now;
    this.context.onProgress(progress);
  }

  /** How to reach a database of the target's instance; null: its maintenance database. */
  settings(dbname: string | null): ConnectionSettings {
    return instanceConnection(this.task.destination, dbname, this.context.sources);
  }

  /** @param queryTimeoutMs an answer that takes longer counts as a lost connection; default: no limit */
  async connect(
    dbname: string | null,
    options: { session?: Record<string, string>; queryTimeoutMs?: number } = {},
  ): Promise<Connection> {
    return connect(this.settings(dbname), {
      ...options,
      applicationName: this.applicationName,
      session: { ...SESSION, ...options.session },
    });
  }

  get stallTimeoutMs(): number {
    return this.task.job.stall_timeout_ms ?? this.context.limits.stallTimeoutMs;
  }
}

export const applicationName = (runUuid: string): string => `pgsnapman ${runUuid}`;
