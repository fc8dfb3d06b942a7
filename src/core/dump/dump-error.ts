import { type Explanation, type FailedDump, RULES } from './dump-error-rules.ts';

export type { Explanation, FailedDump } from './dump-error-rules.ts';

/** Why pg_dump failed, as one sentence, and what to do about it. */
export function explainDumpFailure(failed: FailedDump): Explanation {
  if (failed.startError !== null) {
    const hint = 'check that the client programs of PostgreSQL are installed and may be run by this account';
    return { message: `pg_dump could not be started: ${failed.startError}`, hint };
  }
  const text = textOf(failed);
  for (const { pattern, explain } of RULES) {
    const match = pattern.exec(text);
    if (match !== null) return plain(explain(match, failed));
  }
  return plain(explainTheRest(failed));
}

/** True if trying again in a few minutes may help: a lock that was not given, a server that was not there. */
export function isPassingFailure(failed: Pick<FailedDump, 'startError' | 'lines'>): boolean {
  if (failed.startError !== null) return false;
  const text = textOf(failed);
  return RULES.find(({ pattern }) => pattern.test(text))?.passing === true;
}

const textOf = ({ lines }: Pick<FailedDump, 'lines'>): string => lines.filter(isNoChatter).join('\n');

/** A parallel dump failed only because a lock was asked for in between; with one job there is no second lock to wait for. */
export function isLockLostInBetween(lines: readonly string[]): boolean {
  return lines.some((line) => line.startsWith('pg_dump: error: could not obtain lock on relation'));
}

/** What `--verbose` says names tables, and a table can have any name. */
function isNoChatter(line: string): boolean {
  return !/^pg_dump(?:all)?: /.test(line) || /^pg_dump(?:all)?: (?:error|detail|hint|warning): /.test(line);
}

function explainTheRest(failed: FailedDump): Explanation {
  const error = failed.lines.find((line) => /^(?:pg_dump(?:all)?: error: |ERROR: |FATAL: )/.test(line));
  if (failed.signal !== null && error === undefined) {
    const hint = 'if nobody did that on purpose, look for the out-of-memory killer in the log of the system';
    return { message: `pg_dump was ended by signal ${failed.signal}`, hint };
  }
  const hint = 'the log of the run says more';
  if (error === undefined) return { message: `pg_dump failed with exit code ${failed.exitCode ?? 'none'}`, hint };
  const sentence = error.replace(/^pg_dump(?:all)?: error: /, '');
  return /worker process died unexpectedly/.test(sentence)
    ? { message: 'a process of pg_dump died', hint: 'look for the out-of-memory killer in the log of the system' }
    : { message: `pg_dump failed: ${sentence}`, hint };
}

const LONGEST = 400;

/** One line without control characters, not too long: names and messages come from the server. */
function plain({ message, hint }: Explanation): Explanation {
  const clean = (text: string) => text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').slice(0, LONGEST);
  return { message: clean(message), hint: clean(hint) };
}
