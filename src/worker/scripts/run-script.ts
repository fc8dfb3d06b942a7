import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PgSnapManError } from '../../core/errors.ts';
import type { ScriptText } from '../../core/model/configuration.ts';
import { MOST_MESSAGE_BYTES, type ScriptMessage, scriptMessages } from '../../core/script/script-messages.ts';
import { refuseFirstLine } from '../../core/script/shebang.ts';
import { formatDuration } from '../../core/text/duration.ts';
import { plain } from '../../core/text/plain.ts';
import { endProcesses } from '../dump/end-processes.ts';
import { type ChildResult, runChild } from '../process/run-child.ts';
import { BoundedLines } from './bounded-lines.ts';
import { refuseScript, type ScriptRules } from './refuse-script.ts';

export interface ScriptOrder {
  script: ScriptText;
  rules: ScriptRules;
  /** A private folder for this run of the script alone; made if it is not there. */
  folder: string;
  /** Its whole environment, but for what is found here: folders and the file of messages. */
  environment: Readonly<Record<string, string>>;
  /** PGAPPNAME in the environment: by it processes are found that have left the group. */
  applicationName: string;
  /** True: it is given a folder for its output. */
  writesOutput: boolean;
  signal: AbortSignal;
  /** Between asking it to end and killing it; default: five seconds. */
  graceMs?: number;
  log(line: string): void;
  /** Told when it has written something to its standard output or standard error. */
  onOutput?: () => void;
}

/** How a script ended. */
export interface ScriptEnd {
  /** What went wrong, such as `ended with exit code 3`; null: nothing. */
  failure: string | null;
  messages: ScriptMessage[];
  /** Where it has written its output. */
  output: string;
}

/** Holds where the configuration of the worker says nothing. */
const TIME_LIMIT_MS = 60 * 60_000;
/** A longer one would ring at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const GRACE_MS = 5_000;
const BUSY_TRIES = 5;
const BUSY_WAIT_MS = 100;

/**
 * Runs a script in a folder of its own, without a shell: the kernel reads its first line. When it ends, or is ended
 * (time limit, signal), nothing of it is left: its process group, and processes that still carry its environment.
 * @throws PgSnapManError configuration when this worker does not run it, or it cannot be run
 */
export async function runScript(order: ScriptOrder): Promise<ScriptEnd> {
  await requireAllowed(order.script, order.rules);
  const { script, folder, signal, rules } = order;
  const [output, work, messages] = ['output', 'work', 'messages'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [work, ...(order.writesOutput ? [output] : [])]) {
    await mkdir(path, { recursive: true, mode: 0o700 });
  }
  const file = join(folder, 'script');
  await writeFile(file, script.code, { mode: 0o700 });
  await writeFile(messages, '', { mode: 0o600 });
  const env = {
    ...order.environment,
    TMPDIR: work,
    PGSNAPMAN_MESSAGES: messages,
    ...(order.writesOutput ? { PGSNAPMAN_OUTPUT: output } : {}),
  };
  const limitMs = Math.min(rules.time_limit_ms ?? TIME_LIMIT_MS, LONGEST_TIMER_MS);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  try {
    const stop = AbortSignal.any([signal, limit.signal]);
    const child = await runInGroup({ ...order, signal: stop }, file, work, env);
    const late = limit.signal.aborted && !signal.aborted;
    const failure = late ? `was ended after its time limit of ${formatDuration(limitMs)}` : failureOf(child, script);
    return { failure, messages: await readMessages(messages), output };
  } finally {
    clearTimeout(timer);
  }
}

/** @throws PgSnapManError configuration */
export async function requireAllowed(script: ScriptText, rules: ScriptRules): Promise<void> {
  const refusal = await refuseScript(script, rules);
  if (refusal !== null) {
    const hint = 'allow it on the machine of the worker, see [scripts] in its configuration file';
    throw new PgSnapManError('configuration', refusal, hint);
  }
  const problem = refuseFirstLine(script.code);
  if (problem === null) return;
  const hint = 'begin it with a line such as #!/bin/sh; a script for SQL is of no use here';
  throw new PgSnapManError('configuration', `script "${script.name}" ${problem}`, hint);
}

async function runInGroup(
  order: ScriptOrder,
  file: string,
  cwd: string,
  env: Record<string, string>,
): Promise<ChildResult> {
  const { applicationName, signal, graceMs = GRACE_MS } = order;
  const newLines = () => new BoundedLines((line) => order.log(plain(line)), order.onOutput);
  const [stdout, stderr] = [newLines(), newLines()];
  let ending: Promise<unknown> = Promise.resolve();
  const endEscaped = () => {
    ending = ending.then(() => endProcesses(applicationName));
  };
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(endEscaped, graceMs + 500);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    for (let tries = 1; ; tries += 1) {
      const child = await runChild(
        { file, args: [], env },
        { bare: true, group: true, cwd, signal, graceMs, stdout, stderr, onExit: endEscaped },
      );
      // Another child that was being started at the same time held the file open for writing, for a moment.
      if (child.startError !== 'ETXTBSY' || tries === BUSY_TRIES) return child;
      await sleep(BUSY_WAIT_MS);
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(timer);
    endEscaped();
    await ending;
    for (const lines of [stdout, stderr]) lines.flush();
  }
}

function failureOf({ exitCode, signal, startError }: ChildResult, { code }: ScriptText): string | null {
  if (exitCode === 0) return null;
  if (startError === 'ENOENT') return `could not be started: ${firstLine(code)} names a program that is not there`;
  if (startError === 'EACCES') {
    return `could not be started (EACCES): what ${firstLine(code)} names cannot be executed, or the staging folder lies on a file system that is mounted noexec`;
  }
  if (startError !== null) return `could not be started (${startError})`;
  if (signal !== null) return `was ended by ${signal}`;
  return `ended with exit code ${exitCode}`;
}

function firstLine(code: string): string {
  return plain(code.split('\n', 1)[0] ?? '').slice(0, 100);
}

/** The file may be large, gone, or something else by now: it was the script's. */
async function readMessages(path: string): Promise<ScriptMessage[]> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = (await import('node:fs')).constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => null);
  if (file === null) return [];
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return [];
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_MESSAGE_BYTES), 0, MOST_MESSAGE_BYTES, 0);
    return scriptMessages(buffer.subarray(0, bytesRead).toString('utf8'), stat.size > bytesRead);
  } finally {
    await file.close();
  }
}
