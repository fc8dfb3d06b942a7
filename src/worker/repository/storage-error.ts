import { PgSnapManError } from '../../core/errors.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** True for errors of a disk, a quota or a size limit that is used up. */
export function isFullDisk(error: unknown): boolean {
  return FULL.has((error as NodeJS.ErrnoException)?.code ?? '');
}

/**
 * An error of the file system as a sentence; anything that is one already, or is none of the file system, stays as it is.
 * @param doing such as `storing file 3361.dat in the repository`
 */
export function storageError(error: unknown, doing: string): unknown {
  if (error instanceof PgSnapManError) return error;
  const code = (error as NodeJS.ErrnoException)?.code;
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  const message = isFullDisk(error) ? `no space left on device while ${doing}` : `${doing} failed: ${code}`;
  const hint = isFullDisk(error)
    ? "free room on that disk: the worker's root directory holds the repository and the dumps and restores in progress"
    : 'check the disk, and the rights on the folders of the worker';
  return new PgSnapManError('run_failed', message, hint, { cause: error });
}
