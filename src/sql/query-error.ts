import { PgSnapManError } from '../core/errors.ts';
import { codeOf, oneLine } from './connection-error.ts';

/**
 * The server refused a statement. The message is the server's first line; DETAIL may hold row values and is for
 * programs only, it never goes into a message or a log.
 */
export class QueryError extends PgSnapManError {
  readonly sqlState: string;
  readonly constraint: string | null;
  readonly detail: string | null;

  constructor(
    sqlState: string,
    message: string,
    hint: string | undefined,
    constraint: string | null,
    detail: string | null,
  ) {
    super('run_failed', message, hint);
    this.sqlState = sqlState;
    this.constraint = constraint;
    this.detail = detail;
  }
}

const textOf = (error: object, field: string): string | null => {
  const value: unknown = Reflect.get(error, field);
  return typeof value === 'string' && value !== '' ? value : null;
};

/** A server's error response as QueryError; null for anything else. */
export function queryError(error: unknown): QueryError | null {
  if (!(error instanceof Error) || textOf(error, 'severity') === null) return null;
  const hint = textOf(error, 'hint');
  return new QueryError(
    codeOf(error),
    oneLine(error.message),
    hint === null ? undefined : oneLine(hint),
    textOf(error, 'constraint'),
    textOf(error, 'detail'),
  );
}

/** SQLSTATE of an error, null if it is none of the server's. */
export function sqlStateOf(error: unknown): string | null {
  return error instanceof QueryError ? error.sqlState : null;
}
