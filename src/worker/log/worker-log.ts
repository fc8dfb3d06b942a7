import { appendFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const MAXIMUM_BYTES = 16 * 1024 * 1024;

export const workerLogPath = (logFolder: string): string => join(logFolder, 'worker.jsonl');

/**
 * Appends one line of JSON to the worker's log (`log/worker.jsonl`). Nothing that is secret is ever passed in. A log that
 * cannot be written (a full disk) stops no work. A long one is put aside; the tick of the next day compresses it.
 */
export function appendWorkerLog(folder: string, time: Date, line: Readonly<Record<string, unknown>>): void {
  const path = workerLogPath(folder);
  try {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAXIMUM_BYTES) putAside(folder, time);
    appendFileSync(path, `${JSON.stringify({ time, pid: process.pid, ...line })}\n`, { mode: 0o600 });
  } catch {
    // The work is worth more than its log.
  }
}

/** Gives the log a name with a time, so that the next line begins a new one. */
export function putAside(folder: string, time: Date): void {
  const mark = time.toISOString().replace(/[-:]|\.[0-9]+/g, '');
  renameSync(workerLogPath(folder), join(folder, `worker-${mark}-${process.pid}.jsonl`));
}
