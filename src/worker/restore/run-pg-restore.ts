import { PgSnapManError } from '../../core/errors.ts';
import type { Command } from '../../core/postgres/command.ts';
import type { TocEntry } from '../../core/postgres/toc.ts';
import { ErrorReader } from '../../core/restore/error-reading.ts';
import { judgeErrors } from '../../core/restore/harmless-errors.ts';
import type { Section } from '../../core/restore/restore-progress.ts';
import { endProcesses } from '../dump/end-processes.ts';
import { type ChildResult, type RunChildOptions, runChild } from '../process/run-child.ts';
import type { RestoreRun } from './restore-run.ts';

/** Lines for the log: one for each item, nothing that could hold values. */
const ITEM = /^pg_restore: (creating|executing|processing data for|restoring) /;
/** Between asking pg_restore to end and killing it. */
const GRACE_MS = 5_000;
const MOST_LOSSES_IN_MESSAGE = 3;

export interface SectionOptions {
  section: Section;
  entries: ReadonlyMap<number, TocEntry>;
  /** Told of every line of output. */
  onLine(line: string): void;
}

/**
 * Runs pg_restore for one section and judges its errors.
 * @throws RunStopped, or PgSnapManError run_failed for a loss
 */
export async function runPgRestore(run: RestoreRun, command: Command, options: SectionOptions): Promise<void> {
  const reader = new ErrorReader();
  const result = await runToItsEnd(run, command, {
    stdout: 'ignore',
    onStderrLine: (line) => {
      reader.push(line);
      options.onLine(line);
      if (ITEM.test(line)) run.log(line);
    },
  });
  run.stop.check();
  judgeResult(run, result, reader, options);
}

/**
 * Processes that pg_restore does not take along when it is killed keep its standard error open, and us waiting: they are
 * ended soon after.
 */
async function runToItsEnd(run: RestoreRun, command: Command, options: RunChildOptions): Promise<ChildResult> {
  let timer: NodeJS.Timeout | undefined;
  const { signal } = run.stop;
  const endOthers = () => {
    timer = setTimeout(() => void endProcesses(run.applicationName), GRACE_MS + 500);
  };
  signal.addEventListener('abort', endOthers, { once: true });
  try {
    return await runChild(command, { ...options, signal, graceMs: GRACE_MS });
  } finally {
    signal.removeEventListener('abort', endOthers);
    clearTimeout(timer);
    if (signal.aborted) await endProcesses(run.applicationName);
  }
}

function judgeResult(run: RestoreRun, result: ChildResult, reader: ErrorReader, options: SectionOptions): void {
  const { section, entries } = options;
  if (result.exitCode === 0) return;
  const { harmless, losses } = judgeErrors(reader.errors, entries);
  for (const loss of losses) run.log(`error: ${loss}`);
  for (const sentence of harmless) run.warn(sentence);
  if (result.exitCode === 1 && losses.length === 0 && reader.count > 0) return;
  const shown = losses.slice(0, MOST_LOSSES_IN_MESSAGE).join('; ');
  const count = reader.count - (reader.errors.length - losses.length);
  const more = count > MOST_LOSSES_IN_MESSAGE ? ` and ${count - MOST_LOSSES_IN_MESSAGE} more errors` : '';
  throw new PgSnapManError(
    'run_failed',
    `restoring ${section} failed: ${shown === '' ? ending(result) : shown}${more}`,
    'see the log of the run; the target was not touched',
  );
}

/** How pg_restore ended when it said nothing about it. */
function ending({ exitCode, signal, startError }: ChildResult): string {
  if (startError !== null) return `pg_restore could not be started (${startError})`;
  return signal === null ? `pg_restore ended with exit code ${exitCode}` : `pg_restore was ended by ${signal}`;
}
