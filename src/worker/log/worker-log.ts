import { appendFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const MAXIMUM_BYTES = 16 * 1024 * 1024;

/**
 * Appends one line of JSON to the worker's log (`log/worker.jsonl`). Nothing that is secret is ever passed in. A log that
 * cannot be written (a full disk) stops no work. A long one is put aside as `worker.jsonl.1`.
 */
export function appendWorkerLog(folder: string, time: Date, line: Readonly<Record<string, unknown>>): void {
  const path = join(folder, 'worker.jsonl');
  try {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAXIMUM_BYTES) renameSync(path, `${path}.1`);
    appendFileSync(path, `${JSON.stringify({ time, pid: process.pid, ...line })}\n`, { mode: 0o600 });
  } catch {
    // The work is worth more than its log.
  }
}
