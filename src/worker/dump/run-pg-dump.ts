import { type DumpTrack, NO_TRACK, trackLine } from '../../core/dump/dump-progress.ts';
import { isStalled, startOfStallWatch, watchForStall } from '../../core/dump/stall.ts';
import { describeWaiting } from '../../core/dump/waiting.ts';
import type { Command } from '../../core/postgres/command.ts';
import type { Backend } from '../../sql/instance/backends.ts';
import { type ChildResult, runChild } from '../process/run-child.ts';
import type { DumpSession } from './dump-session.ts';
import { endProcesses } from './end-processes.ts';
import { bytesOf, stagedFiles } from './staging.ts';

export interface PgDumpRun {
  command: Command;
  /** Tables at a time. */
  jobs: number;
  /** Directory that pg_dump writes. */
  directory: string;
  session: DumpSession;
  stallTimeoutMs: number;
  signal: AbortSignal;
  onProgress(track: DumpTrack, bytes: number): void;
  onLine(line: string): void;
}

export interface PgDumpEnd {
  child: ChildResult;
  /** Why we ended it; null: it ended by itself. */
  stopped: 'cancelled' | 'stalled' | null;
  /** What it was last seen waiting for, such as `for a lock on …`; null: for nothing. */
  waiting: string | null;
}

const LOOK_EVERY_MS = 1_000;
/** How long a look waits for the server to say what the sessions do. */
const ANSWER_WITHIN_MS = 500;
/** Between asking pg_dump to end and killing it. */
const GRACE_MS = 5_000;

/**
 * Runs pg_dump to its end and watches it: bytes, lines and sessions that work are progress. Without any for
 * `stallTimeoutMs`, or when it is cancelled, pg_dump, its processes and its sessions on the server are ended.
 */
export async function runPgDump(run: PgDumpRun): Promise<PgDumpEnd> {
  const watch = new Watch(run);
  const cancel = () => watch.stop('cancelled');
  run.signal.addEventListener('abort', cancel);
  if (run.signal.aborted) cancel();
  try {
    const child = await runChild(run.command, {
      signal: watch.ending.signal,
      graceMs: GRACE_MS,
      stdout: 'ignore',
      onStderrLine: (line) => watch.onLine(line),
    });
    await watch.ended();
    return { child, stopped: watch.stopped, waiting: watch.waiting };
  } finally {
    run.signal.removeEventListener('abort', cancel);
    await watch.ended();
  }
}

class Watch {
  readonly ending = new AbortController();
  stopped: PgDumpEnd['stopped'] = null;
  waiting: string | null = null;
  private readonly run: PgDumpRun;
  private readonly timer: NodeJS.Timeout;
  private track: DumpTrack = NO_TRACK;
  private stall = startOfStallWatch(performance.now());
  private look: Promise<void> = Promise.resolve();
  private looking = false;
  private notBefore = 0;
  private cleaning: Promise<void> = Promise.resolve();
  private killTimer: NodeJS.Timeout | undefined;

  constructor(run: PgDumpRun) {
    this.run = run;
    const everyMs = Math.max(50, Math.min(LOOK_EVERY_MS, run.stallTimeoutMs / 5));
    this.timer = setInterval(() => {
      if (!this.looking && performance.now() >= this.notBefore) this.look = this.lookOnce();
    }, everyMs);
  }

  onLine(line: string): void {
    this.track = trackLine(this.track, line, this.run.jobs);
    this.run.onLine(line);
  }

  stop(why: 'cancelled' | 'stalled'): void {
    if (this.stopped !== null) return;
    this.stopped = why;
    this.ending.abort();
    this.cleaning = this.run.session.terminateBackends();
    // Processes that the leader did not take along would keep its standard error open, and us waiting.
    this.killTimer = setTimeout(() => void endProcesses(this.run.session.applicationName), GRACE_MS + 500);
  }

  private async lookOnce(): Promise<void> {
    this.looking = true;
    const begunAt = performance.now();
    const bytes = bytesOf(await stagedFiles(this.run.directory));
    const backends = await this.run.session.backends(ANSWER_WITHIN_MS);
    if (backends !== null) this.waiting = waitingOf(backends);
    const working = backends === null ? null : backends.some((backend) => backend.working);
    const now = performance.now();
    this.stall = watchForStall(this.stall, { bytes, marks: this.track.marks, working }, now);
    if (this.stopped === null) this.run.onProgress(this.track, bytes);
    if (isStalled(this.stall, now, this.run.stallTimeoutMs)) this.stop('stalled');
    this.notBefore = now + 10 * (now - begunAt); // thousands of files: looking must not become the main work
    this.looking = false;
  }

  /** Nothing of the watch runs any more. */
  async ended(): Promise<void> {
    clearInterval(this.timer);
    await this.look;
    await this.cleaning;
    clearTimeout(this.killTimer);
    if (this.stopped !== null) await endProcesses(this.run.session.applicationName);
  }
}

/** The wait of a session that waits for a lock says most, then any other wait. */
function waitingOf(backends: readonly Backend[]): string | null {
  const waits = backends.map((backend) => backend.waiting).filter((waiting) => waiting !== null);
  const wait = waits.find((waiting) => waiting.waitType === 'Lock') ?? waits[0];
  return wait === undefined ? null : describeWaiting(wait);
}
