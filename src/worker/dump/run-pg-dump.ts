import type { Writable } from 'node:stream';
import type { Command } from '../../core/postgres/command.ts';
import { type ChildResult, runChild } from '../process/run-child.ts';
import type { DumpSession } from './dump-session.ts';
import { endProcesses } from './end-processes.ts';

export interface PgDumpRun {
  command: Command;
  session: DumpSession;
  /** Ends pg_dump, its processes and its sessions on the server. */
  signal: AbortSignal;
  onLine(line: string): void;
  /** Where standard output goes; default: nowhere. */
  stdout?: Writable;
}

/** Between asking pg_dump to end and killing it. */
const GRACE_MS = 5_000;

/** Runs pg_dump or pg_dumpall to its end. When that was asked for by the signal, nothing of it is left on the server or here. */
export async function runPgDump({ command, session, signal, onLine, stdout }: PgDumpRun): Promise<ChildResult> {
  let cleaning: Promise<void> = Promise.resolve();
  let killTimer: NodeJS.Timeout | undefined;
  const stop = () => {
    cleaning = session.terminateBackends();
    // Processes that the leader did not take along would keep its standard error open, and us waiting.
    killTimer = setTimeout(() => void endProcesses(session.applicationName), GRACE_MS + 500);
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await runChild(command, { signal, graceMs: GRACE_MS, stdout: stdout ?? 'ignore', onStderrLine: onLine });
  } finally {
    signal.removeEventListener('abort', stop);
    await cleaning;
    clearTimeout(killTimer);
    if (signal.aborted) await endProcesses(session.applicationName);
  }
}
