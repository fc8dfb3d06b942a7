import { redactValues } from './redact.ts';

/** One error of pg_restore, without values of rows. */
export interface RestoreError {
  /** The entry that was named last before it, perhaps by another of pg_restore's processes; null: none was. */
  dumpId: number | null;
  /** The server's message without `ERROR:`, or what pg_restore itself says. */
  message: string;
  /** Beginning of the statement, for statements that hold no secret; only its first line is for showing. Null: not known. */
  statement: string | null;
  /** For an error of COPY the table's name, as namedInError gives it; null: it is none. */
  copyInto: string | null;
  /** Line of the table's data, if it is about one. */
  dataLine: number | null;
}

/** What was read of errors. */
export interface ErrorReading {
  errors: readonly RestoreError[];
  /** Dump ids of the entries that are said to have failed. */
  failed: ReadonlySet<number>;
  /** Number of errors, also of those that are not kept and those that could not be read. */
  count: number;
}

const MOST_ERRORS = 1000;
const LONGEST_STATEMENT = 130;
/** What pg_restore writes at once. */
const WHOLE_TEXT_BYTES = 1024;
const SECRET_STATEMENT = /^\s*(create|alter)\s+(user\s+mapping|subscription|server|role|user)\b/i;

/** Parts of the beginnings of lines, each of which is a write of its own; those of several processes may come together. */
const BEGINNING = /^ *(?:(?:pg_restore:|error: |warning: ) *)+/;
/** Anywhere: a text of more than a kilobyte is written in parts, and another process's text may stand between them. */
const NAMED = /from TOC entry (\d+); \d+ \d+ /g;
/** Errors that are told by their own words, when the beginning of the line was written somewhere else. */
const ERROR_TEXT =
  /^(?:COPY failed for table "|could not execute query: |could not [^\n]*?: (?:ERROR|FATAL|PANIC): {2})/;
/** What is said with `--verbose`, also when the beginning of the line is none or that of another process's error. */
const NO_ERROR_TEXT =
  /^(?:from TOC entry|while [A-Z ]+:$|creating |executing |restoring |processing |launching item |finished |skipping |entering |reducing |transferring |disabling |enabling |setting )/;
const TOTAL = /^pg_restore: warning: errors ignored on restore: (\d+)$/;

/** What of a name can be read from an error's first line, whose text goes on behind `": `. */
export const namedInError = (name: string): string => name.split(/\r?\n|": /, 1)[0] ?? '';

/** True for a statement whose text can hold a password. */
export const isSecretStatement = (text: string): boolean => SECRET_STATEMENT.test(text);

/**
 * Reads pg_restore's standard error (versions 12 and newer, messages in English, `--verbose` or not) line by line.
 * DETAIL and CONTEXT hold values of rows and are dropped.
 *
 * With several jobs pg_restore's processes write into the same pipe, and each line in up to four writes: `pg_restore:`,
 * a space, `error: `, and the text with all its lines, or the first kilobyte of it. So only texts are whole, and what
 * stands before one may belong to another. But whichever process meets an error says `from TOC entry` first, once for
 * each entry, in one short text: so `failed` is complete, however the lines are mixed.
 */
export class ErrorReader implements ErrorReading {
  readonly errors: RestoreError[] = [];
  readonly failed = new Set<number>();
  #read = 0;
  #total: number | null = null;
  #lastNamed: number | null = null;
  #current: RestoreError | null = null;
  #part: 'message' | 'statement' | 'other' = 'other';
  #hasStatement = false;
  #textBytes = 0;
  /** True: there was a text so long that another one may stand in the middle of it. */
  #torn = false;

  get count(): number {
    return Math.max(this.#read, this.#total ?? 0);
  }

  /**
   * True when pg_restore said how many errors it had passed over, which is the last that it does. Without that it broke
   * off, and nobody knows what it would have done.
   */
  get complete(): boolean {
    return this.#total !== null;
  }

  push(line: string): void {
    for (const [, id] of line.matchAll(NAMED)) this.#name(Number(id));
    const beginning = BEGINNING.exec(line)?.[0] ?? '';
    const text = line.slice(beginning.length).trimStart();
    if (isError(beginning, text)) this.#start(text);
    else if (beginning !== '' || NO_ERROR_TEXT.test(text)) this.#end(line);
    else if (this.#current !== null) this.#continue(this.#current, line);
    this.#measure(line);
  }

  #measure(line: string): void {
    this.#textBytes += new TextEncoder().encode(line).length + 1;
    this.#torn ||= this.#current !== null && this.#textBytes >= WHOLE_TEXT_BYTES;
  }

  #name(dumpId: number): void {
    this.failed.add(dumpId);
    this.#lastNamed = dumpId;
  }

  #start(text: string): void {
    this.#read += 1;
    this.#total = null;
    const message = text.replace(
      /^(?:could not execute query|COPY failed for table "[\s\S]*?"): (?:ERROR|FATAL): {1,2}/,
      '',
    );
    const table = /^COPY failed for table "(.*)$/s.exec(text)?.[1];
    const copyInto = table === undefined ? null : namedInError(table);
    const error = {
      dumpId: this.#lastNamed,
      message: redactValues(message),
      statement: null,
      copyInto,
      dataLine: null,
    };
    this.#current = error;
    this.#part = 'message';
    this.#textBytes = 0;
    if (this.#torn && !ERROR_TEXT.test(text)) {
      // perhaps the end of a long one, with values in it
      error.message = 'pg_restore gave an error (its text is hidden, as it may be that of another one)';
      this.#part = 'other';
    }
    this.#hasStatement = false;
    if (this.errors.length < MOST_ERRORS) this.errors.push(error);
  }

  #end(line: string): void {
    this.#current = null;
    const total = TOTAL.exec(line);
    this.#total = total === null ? null : Number(total[1]);
  }

  #continue(error: RestoreError, line: string): void {
    const command = /^Command was: (.*)$/s.exec(line);
    if (command !== null) this.#startStatement(error, command[1] ?? '');
    else if (/^(DETAIL|HINT|CONTEXT|QUERY|LINE \d+): /.test(line)) this.#part = 'other';
    else if (this.#part === 'statement' && error.statement !== null) {
      error.statement = `${error.statement}\n${line}`.slice(0, LONGEST_STATEMENT).trimEnd();
    }
    // the text of RAISE is made by a function out of whatever it was given
    if (/ at RAISE$/.test(line)) error.message = 'a function raised an error (its text is hidden)';
    const copy = /^(?:CONTEXT: {1,2})?COPY .*, line (\d+)/.exec(line);
    if (copy !== null) error.dataLine = Number(copy[1]);
    if (this.#part === 'message' && error.message.length < 500 && line.trim() !== '') {
      error.message = redactValues(`${error.message} ${line.trim()}`);
    }
  }

  /** An error has one statement, and one of COPY none: any other is what is left of another error's text. */
  #startStatement(error: RestoreError, text: string): void {
    const own = error.copyInto === null && !this.#hasStatement;
    this.#hasStatement = true;
    this.#part = own ? 'statement' : 'other';
    if (own && !isSecretStatement(text)) error.statement = text.slice(0, LONGEST_STATEMENT);
  }
}

function isError(beginning: string, text: string): boolean {
  if (ERROR_TEXT.test(text)) return true;
  return beginning.includes('pg_restore:') && beginning.includes('error: ') && !NO_ERROR_TEXT.test(text);
}
