import { PgSnapManError } from '../../core/errors.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** True for errors of a disk, a quota or a size limit that is used up. */
export function isFullDisk(error: unknown): boolean {
  return FULL.has((error as NodeJS.ErrnoException)?.code ?? '');
}

/**
 * An error of the file system as a sentence; anything that is one already, or is none of the file system, stays.
 * @param doing such as `storing file 3361.dat`
 */
export function storageError(error: unknown, doing: string): unknown {
  if (error instanceof PgSnapManError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (isFullDisk(error)) {
    const hint = 'free room on the disk of the repository, or let retention keep fewer dumps';
    return new PgSnapManError('run_failed', `no space left on device while ${doing} in the repository`, hint, {
      cause: error,
    });
  }
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  const hint = 'check the disk and the rights on the folder of the repository';
  return new PgSnapManError('run_failed', `${doing} in the repository failed: ${code}`, hint, { cause: error });
}
