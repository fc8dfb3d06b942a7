import { isSecretStatement, type RestoreError } from '../error-reading.ts';
import { redactValues } from '../redact.ts';

const MOST_ERRORS = 1000;

/** Reads what `psql --echo-errors` says on standard error, line by line; values of rows are dropped. */
export class ClusterErrorReader {
  readonly errors: RestoreError[] = [];
  #current: RestoreError | null = null;
  #raised = false;

  push(line: string): void {
    const error = /^psql:(?:<stdin>:\d+:)? (?:(?:ERROR|FATAL|PANIC|error):|\\connect:)\s+(.*)$/.exec(line);
    if (error !== null) {
      this.#current = {
        dumpId: null,
        message: redactValues(error[1] ?? ''),
        statement: null,
        copyInto: null,
        dataLine: null,
      };
      this.#raised = false;
      if (this.errors.length < MOST_ERRORS) this.errors.push(this.#current);
      return;
    }
    if (this.#current === null) return;
    const statement = /^STATEMENT: {1,2}\s*(.*)$/.exec(line)?.[1];
    if (statement !== undefined && !isSecretStatement(statement)) this.#current.statement = statement.slice(0, 120);
    if (/ at RAISE$/.test(line) && !this.#raised) {
      this.#raised = true;
      this.#current.message = 'a function raised an error (its text is hidden)';
    }
    const copy = /^CONTEXT: {1,2}COPY .*, line (\d+)/.exec(line);
    if (copy !== null) this.#current.dataLine = Number(copy[1]);
  }
}
