import { redactValues } from './redact.ts';

/**
 * Reads what psql says on standard error, line by line, and keeps its first error without values of rows: DETAIL and
 * CONTEXT lines hold them, and so may the text of RAISE.
 */
export class PsqlErrorReader {
  readonly #ownMark: string | null;
  #message: string | null = null;
  #inMessage = false;
  #raised = false;

  /** @param ownMark what the messages of errors begin with that we raise ourselves, and nobody else can */
  constructor(ownMark: string | null = null) {
    this.#ownMark = ownMark;
  }

  /** Null: it said nothing of an error. */
  get message(): string | null {
    if (this.#message === null) return null;
    if (this.#ownMark !== null && this.#message.startsWith(this.#ownMark)) {
      return this.#message.slice(this.#ownMark.length);
    }
    return this.#raised ? 'a function raised an error (its text is hidden)' : redactValues(this.#message);
  }

  push(line: string): void {
    const error = /^psql:(?:<stdin>:\d+:)? (?:ERROR|FATAL|PANIC|error):\s+(.*)$/s.exec(line);
    if (error !== null && this.#message === null) {
      this.#message = error[1] ?? '';
      this.#inMessage = true;
    } else if (/^(DETAIL|HINT|CONTEXT|QUERY|LINE \d+|psql)\b/.test(line)) this.#inMessage = false;
    else if (this.#inMessage && line.trim() !== '' && (this.#message ?? '').length < 500) {
      this.#message = `${this.#message} ${line.trim()}`;
    }
    if (this.#message !== null && / at RAISE$/.test(line)) this.#raised = true;
  }
}
