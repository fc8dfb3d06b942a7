import type { Command } from '../../core/postgres/command.ts';
import { endProcesses } from '../dump/end-processes.ts';
import { type ChildResult, type RunChildOptions, runChild } from '../process/run-child.ts';
import type { RestoreRun } from './restore-run.ts';

/** Between asking a tool to end and killing it. */
const GRACE_MS = 5_000;

/**
 * Runs a Postgres tool of a restore to its end, or until the run is stopped. Processes that pg_restore does not take along
 * when it is killed keep its standard error open, and us waiting: they are ended soon after.
 */
export async function runTool(run: RestoreRun, command: Command, options: RunChildOptions): Promise<ChildResult> {
  let timer: NodeJS.Timeout | undefined;
  const { signal } = run.stop;
  const endOthers = () => {
    timer = setTimeout(() => void endProcesses(run.applicationName), GRACE_MS + 500);
  };
  signal.addEventListener('abort', endOthers, { once: true });
  try {
    return await runChild(command, { signal, graceMs: GRACE_MS, ...options });
  } finally {
    signal.removeEventListener('abort', endOthers);
    clearTimeout(timer);
    if (signal.aborted) await endProcesses(run.applicationName);
  }
}

/** How a tool ended when it said nothing about it. */
export function endingText(tool: string, { exitCode, signal, startError }: ChildResult): string {
  if (startError !== null) return `${tool} could not be started (${startError})`;
  return signal === null ? `${tool} ended with exit code ${exitCode}` : `${tool} was ended by ${signal}`;
}
