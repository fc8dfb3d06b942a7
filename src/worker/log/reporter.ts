import { v7 as uuidv7 } from 'uuid';
import type { Message, MessageLevel } from '../../core/model/results.ts';
import type { Spool } from '../spool/spool.ts';
import { appendWorkerLog } from './worker-log.ts';

export interface About {
  job_class?: Message['job_class'];
  job_id?: number | null;
  tool?: string;
}

/** Tells the administrator: a message waits in the spool for the catalog, and a line is in the worker's log. */
export interface Reporter {
  /** Known as soon as the worker has a row in the catalog. */
  workerId: number | null;
  readonly workerName: string;
  /** What was said so far, for the terminal. */
  readonly messages: readonly Message[];
  report(level: MessageLevel, text: string, about?: About): Promise<void>;
  /** A line for the log alone. */
  log(line: Readonly<Record<string, unknown>>): void;
}

export interface ReporterOptions {
  spool: Spool;
  logFolder: string;
  workerName: string;
  workerId: number | null;
  now: () => Date;
}

export function createReporter(options: ReporterOptions): Reporter {
  const { spool, logFolder, workerName, now } = options;
  const messages: Message[] = [];
  const reporter: Reporter = {
    workerId: options.workerId,
    workerName,
    messages,
    async report(level, text, about = {}) {
      const message: Message = {
        uuid: uuidv7(),
        level,
        tool: about.tool ?? 'pgsnapman',
        logged_at: now(),
        text,
        job_class: about.job_class ?? null,
        job_id: about.job_id ?? null,
        worker_id: reporter.workerId,
        worker_name: workerName,
      };
      messages.push(message);
      appendWorkerLog(logFolder, message.logged_at, {
        level,
        text,
        job_class: message.job_class,
        job_id: message.job_id,
      });
      await spool.put({ kind: 'message', value: message });
    },
    log: (line) => appendWorkerLog(logFolder, now(), line),
  };
  return reporter;
}
