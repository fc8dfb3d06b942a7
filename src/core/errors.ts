/**
 * What can go wrong, by code. The code decides the exit code, in this one place; people script against both.
 */
export const EXIT_CODES = {
  check_failed: 1,
  usage: 2,
  configuration: 3,
  catalog_unreachable: 10,
  catalog_version: 11,
  busy: 12,
  not_found: 13,
  run_failed: 20,
  partly_failed: 21,
  internal: 70,
  cancelled: 130,
} as const;

export type ErrorCode = keyof typeof EXIT_CODES;

/**
 * An error that people see: one sentence in lower case without a full stop, and a hint on what to do.
 * Neither holds a secret. Everything else that is thrown is a bug (`internal`).
 */
export class PgSnapManError extends Error {
  override readonly name = 'PgSnapManError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }

  get exitCode(): number {
    return EXIT_CODES[this.code];
  }

  toJSON(): { code: ErrorCode; message: string; hint?: string } {
    return { code: this.code, message: this.message, ...(this.hint === undefined ? {} : { hint: this.hint }) };
  }
}

/** A dump whose own bytes are to blame: not the machine, not a version that is too old, not a full disk. */
export class DamagedDumpError extends PgSnapManError {
  constructor(message: string, hint?: string) {
    super('run_failed', message, hint);
  }
}

/** The kind of anything that was thrown, for results of runs that failed. */
export function errorCode(error: unknown): ErrorCode {
  return error instanceof PgSnapManError ? error.code : 'run_failed';
}

/** The sentence of anything that was thrown, for messages and logs. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
