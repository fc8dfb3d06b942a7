import { PassThrough, Transform } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Command } from '../../core/postgres/command.ts';
import { PsqlErrorReader } from '../../core/restore/psql-error.ts';
import { type HeaderChange, HeaderWriter } from '../../core/restore/script-header.ts';
import type { ChildResult } from '../process/run-child.ts';
import { LineStream } from './line-stream.ts';
import type { RestoreRun } from './restore-run.ts';
import { endingText, runTool } from './run-tool.ts';

export interface PipeOptions {
  /** Writes a script to its standard output. */
  script: Command;
  psql: Command;
  /** Settings of the script that are to be others; null: it passes as it is. */
  header: HeaderChange | null;
  /** Sent in the same transaction, before the script and after it. */
  before: string;
  after: string;
  /** Told of every line that pg_restore says. */
  onLine(line: string): void;
  /** Told of the transaction before it may be committed, so that it can be looked up after a crash. */
  onTransaction?(id: string): Promise<void>;
  /** In the messages of errors that are our own, see PsqlErrorReader. */
  ownMark?: string;
}

const TRANSACTION = 'pgsnapman transaction ';

/**
 * Runs a script of pg_restore through psql in one transaction, all or nothing: the COMMIT is sent only after pg_restore
 * has ended well, as psql itself takes the end of a broken pipe for the end of the script.
 * @returns null when it is committed, else why it is not, without values of rows
 * @throws RunStopped
 */
export async function pipeIntoPsql(run: RestoreRun, options: PipeOptions): Promise<string | null> {
  const header = options.header === null ? null : new HeaderWriter(options.header);
  const input = new PassThrough();
  const errors = new PsqlErrorReader(options.ownMark ?? null);
  const scriptErrors: string[] = [];
  const ending = new AbortController();
  input.write(`begin;\nselect '${TRANSACTION}' || txid_current();\n${options.before}\n`);
  const output = new LineStream();
  const known = output.find(TRANSACTION).then((id) => options.onTransaction?.(id));
  const psql = runTool(run, options.psql, {
    stdin: input,
    stdout: output,
    onStderrLine: (line) => errors.push(line),
  }).finally(() => ending.abort());
  const mayCommit = Promise.race([known, psql]);
  const script = writeScript(run, options, header, input, { ending, errors: scriptErrors, mayCommit });
  const [written, result] = await Promise.all([script, psql]);
  run.stop.check();
  // a psql that ended early is why pg_restore had to be ended
  if (result.exitCode !== 0) return errors.message ?? endingText('psql', result);
  if (written.exitCode !== 0) return scriptErrors[0] ?? endingText('pg_restore', written);
  return header?.found === false ? 'the script of pg_restore has no line that sets the search_path' : null;
}

async function writeScript(
  run: RestoreRun,
  options: PipeOptions,
  header: HeaderWriter | null,
  input: PassThrough,
  { ending, errors, mayCommit }: { ending: AbortController; errors: string[]; mayCommit: Promise<unknown> },
): Promise<ChildResult> {
  const passing = new Transform({
    transform: (piece: Buffer, _encoding, done) => done(null, header === null ? piece : header.push(piece)),
    flush: (done) => done(null, header === null ? null : Buffer.from(header.rest(), 'latin1')),
  });
  passing.pipe(input, { end: false });
  const { signal } = ending;
  signal.addEventListener('abort', () => {
    passing.unpipe(input);
    passing.resume(); // nobody reads any more, and pg_restore is to notice its end
  });
  const result = await runTool(run, options.script, {
    signal: AbortSignal.any([signal, run.stop.signal]),
    stdout: passing,
    onStderrLine: (line) => {
      options.onLine(line);
      const error = /^pg_restore: error: (.*)$/s.exec(line);
      if (error !== null) errors.push(error[1] ?? '');
    },
  });
  passing.end();
  if (!passing.readableEnded) await finished(passing, { writable: false }).catch(() => {});
  await mayCommit;
  const complete = result.exitCode === 0 && header?.found !== false;
  input.end(complete ? `\n${options.after}\ncommit;\n` : '');
  return result;
}
