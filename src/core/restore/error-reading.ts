import { redactValues } from './redact.ts';

/** One error of pg_restore, without values of rows. */
export interface RestoreError {
  /** The archive's entry that it was busy with; null: none, such as the settings of a new connection. */
  dumpId: number | null;
  /** The server's message without `ERROR:`, or what pg_restore itself says. */
  message: string;
  /** First line of the statement, for statements that hold no secret; null: not known or not for showing. */
  statement: string | null;
  /** Line of the table's data, if it is about one. */
  dataLine: number | null;
}

const MOST_ERRORS = 1000;
const SECRET_STATEMENT = /^\s*(create|alter)\s+(user\s+mapping|subscription|server|role|user)\b/i;

/** True for a statement whose text can hold a password. */
export const isSecretStatement = (text: string): boolean => SECRET_STATEMENT.test(text);

/**
 * Reads pg_restore's standard error (versions 12 and newer, messages in English, `--verbose` or not) line by line.
 * Errors are told from everything else by `pg_restore: error:`; DETAIL and CONTEXT hold values of rows and are dropped.
 */
export class ErrorReader {
  readonly errors: RestoreError[] = [];
  #count = 0;
  #dumpId: number | null = null;
  #current: RestoreError | null = null;
  #inMessage = false;

  /** Number of errors, also of those beyond the thousand that are kept. */
  get count(): number {
    return this.#count;
  }

  push(line: string): void {
    const error = /^pg_restore: (?:.*?: )?error: (.*)$/s.exec(line);
    const entry = /^pg_restore: from TOC entry (\d+); /.exec(line);
    if (entry !== null) this.#dumpId = Number(entry[1]);
    if (error !== null) this.#start(error[1] ?? '');
    else if (line.startsWith('pg_restore: ')) this.#current = null;
    else if (this.#current !== null) this.#continue(this.#current, line);
  }

  #start(text: string): void {
    this.#count += 1;
    const message = text.replace(
      /^(?:could not execute query|COPY failed for table "[\s\S]*?"): (?:ERROR|FATAL): {1,2}/,
      '',
    );
    this.#current = { dumpId: this.#dumpId, message: redactValues(message), statement: null, dataLine: null };
    this.#inMessage = true;
    if (this.errors.length < MOST_ERRORS) this.errors.push(this.#current);
  }

  #continue(error: RestoreError, line: string): void {
    const command = /^Command was: (.*)$/s.exec(line);
    if (command !== null && !isSecretStatement(command[1] ?? '')) error.statement = (command[1] ?? '').slice(0, 120);
    if (/^(DETAIL|HINT|CONTEXT|QUERY|LINE \d+|Command was): /.test(line)) this.#inMessage = false;
    // the text of RAISE is made by a function out of whatever it was given
    if (/ at RAISE$/.test(line)) error.message = 'a function raised an error (its text is hidden)';
    const copy = /^(?:CONTEXT: {1,2})?COPY .*, line (\d+)/.exec(line);
    if (copy !== null) error.dataLine = Number(copy[1]);
    if (this.#inMessage && error.message.length < 500 && line.trim() !== '') {
      error.message = redactValues(`${error.message} ${line.trim()}`);
    }
  }
}
