import type { Readable, Writable } from 'node:stream';
import type { Command } from '../../core/postgres/command.ts';
import { childEnvironment } from '../../core/postgres/environment.ts';
import { ProcessGroup } from './process-group.ts';
import { readLines } from './read-lines.ts';

export interface RunChildOptions {
  /** Ends the child when aborted: SIGTERM, then SIGKILL after `graceMs`. */
  signal?: AbortSignal;
  graceMs?: number;
  cwd?: string;
  /** Run as another account (root only). */
  account?: { uid: number; gid: number };
  stdin?: Readable | string;
  /** Where standard output goes; default: collected as text, at most 64 MiB. */
  stdout?: Writable | 'ignore';
  /** Where standard error goes; default: it is read line by line. */
  stderr?: Writable;
  /** Nothing of the worker's own environment: only what the command says. */
  bare?: boolean;
  /**
   * The child leads a process group of its own: the whole group is ended with it, also what it leaves behind when it ends
   * by itself. Output that somebody outside of the group still holds open is not waited for.
   */
  group?: boolean;
  /** Told when a child with a group has ended, before its output has. */
  onExit?: () => void;
  /** Every line of standard error as it comes, without its end. */
  onStderrLine?: (line: string) => void;
}

export interface ChildResult {
  /** Null when a signal ended it or it could not be started. */
  exitCode: number | null;
  signal: string | null;
  /** Collected standard output; empty when it went elsewhere. */
  stdout: string;
  /** The last lines of standard error, at most 200. */
  stderrTail: string[];
  /** Why it could not be started at all (`ENOENT`, `EACCES`, …). */
  startError: string | null;
}

const STDERR_TAIL_LINES = 200;
const STDOUT_LIMIT_BYTES = 64 * 1024 * 1024;

/** Runs a command to its end. The exit code is a result, not an exception; the caller decides what it means. */
export async function runChild(command: Command, options: RunChildOptions = {}): Promise<ChildResult> {
  // Loaded with the first child: a tick with nothing to do has none.
  const { execa } = await import('execa');
  const stderrTail: string[] = [];
  const toStream = options.stdout !== undefined && options.stdout !== 'ignore';
  const child = execa(command.file, command.args, {
    extendEnv: false,
    env: { ...(options.bare ? {} : childEnvironment(process.env)), ...command.env },
    reject: false,
    cwd: options.cwd ?? '/',
    stdin: options.stdin === undefined ? 'ignore' : 'pipe',
    stdout: options.stdout === 'ignore' ? 'ignore' : 'pipe',
    buffer: { stdout: options.stdout === undefined, stderr: false },
    maxBuffer: STDOUT_LIMIT_BYTES,
    stripFinalNewline: false,
    forceKillAfterDelay: options.graceMs ?? 10_000,
    ...(options.group ? { detached: true, cleanup: false } : {}),
    ...(options.signal === undefined || options.group ? {} : { cancelSignal: options.signal }),
    ...options.account,
  });
  const group = options.group ? new ProcessGroup(child.nodeChildProcess, options) : null;
  if (options.stderr !== undefined) child.stderr?.pipe(options.stderr, { end: false });
  // What a group writes goes where a second attempt may go on.
  if (toStream) child.stdout?.pipe(options.stdout as Writable, { end: !options.group });
  if (typeof options.stdin === 'string') child.stdin?.end(options.stdin);
  else if (options.stdin !== undefined && child.stdin) options.stdin.pipe(child.stdin);
  child.stdin?.on('error', () => {}); // a child that stops reading ends with an exit code, which is what counts

  const onLine = (line: string) => {
    stderrTail.push(line);
    if (stderrTail.length > STDERR_TAIL_LINES) stderrTail.shift();
    options.onStderrLine?.(line);
  };
  const reading = child.stderr === null || options.stderr !== undefined ? null : readLines(child.stderr, onLine);
  const [result] = await Promise.all([child, reading?.catch(() => {})]).finally(() => group?.end());
  return {
    exitCode: result.exitCode ?? null,
    signal: result.signal ?? null,
    stdout: options.stdout === undefined ? String(result.stdout ?? '') : '',
    stderrTail,
    startError:
      result.exitCode === undefined && result.signal === undefined
        ? (result.code ?? result.shortMessage ?? 'unknown')
        : null,
  };
}
