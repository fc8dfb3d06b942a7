import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { QueueEntry } from '../../core/queue/queue-entry.ts';

const TAIL_LINES = 200;
/** A line longer than this is cut in the tail, which goes to the catalog. */
const TAIL_LINE_CHARACTERS = 2000;

/** The log of one run: a file of its own, and its last lines for the result. */
export interface RunLog {
  line(text: string): void;
  /** The last 200 lines. */
  tail(): string;
}

/** Where the logs of runs lie. */
export const runLogFolder = (logFolder: string): string => join(logFolder, 'runs');

/** What the name of a run's log holds, and no other run's. */
export const runLogMark = (uuid: string): string => `-${uuid.slice(-8)}.log`;

/** Opens `log/runs/<started>-<kind>-<job>-<uuid8>.log`; a run that is tried again goes on in a new file. */
export function openRunLog(folder: string, entry: QueueEntry, now: () => Date): RunLog {
  const started = now()
    .toISOString()
    .replace(/[-:]|\.[0-9]+/g, '');
  const path = join(runLogFolder(folder), `${started}-${entry.kind}-${entry.job.id}${runLogMark(entry.uuid)}`);
  const tail: string[] = [];
  return {
    line(text) {
      const plain = text.replaceAll('\u0000', '');
      tail.push(plain.length > TAIL_LINE_CHARACTERS ? `${plain.slice(0, TAIL_LINE_CHARACTERS)}…` : plain);
      if (tail.length > TAIL_LINES) tail.shift();
      append(path, runLogFolder(folder), `${now().toISOString()} ${plain}\n`);
    },
    tail: () => tail.join('\n'),
  };
}

function append(path: string, folder: string, text: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    appendFileSync(path, text, { mode: 0o600 });
  } catch {
    // The work is worth more than its log.
  }
}
