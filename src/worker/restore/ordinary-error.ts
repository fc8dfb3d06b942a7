import { PgSnapManError } from '../../core/errors.ts';
import { RunStopped } from './run-stop.ts';

/** True for what can go wrong in a run that is right: it becomes a result. Everything else is a bug and is thrown. */
export function isOrdinary(error: unknown): boolean {
  if (error instanceof PgSnapManError) return error.code !== 'internal';
  return error instanceof RunStopped || isSystemError(error);
}

/** A full disk, a missing right: errors of the operating system. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'errno' in error && typeof error.errno === 'number' && 'syscall' in error;
}
