import { PgSnapManError } from '../errors.ts';

/** Lines `OID file` of `blobs.toc` (one file for all, `blobs_<dump id>.toc` since pg_dump 17): names of the data files. */
const LINE = /^\d+ (blob_\d+\.dat)$/;

/**
 * Files that hold the large objects of a list.
 * @throws PgSnapManError run_failed when the list is cut off or altered
 */
export function parseLargeObjectList(text: string): string[] {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw broken();
  return lines.map((line) => {
    const file = LINE.exec(line)?.[1];
    if (file === undefined) throw broken();
    return file;
  });
}

/** Files of the large objects that a list names so far: each line is written when its object is complete. */
export function finishedLargeObjects(text: string): string[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => LINE.exec(line)?.[1]).filter((file) => file !== undefined);
}

function broken(): PgSnapManError {
  return new PgSnapManError('run_failed', 'the list of large objects of the dump is not complete');
}
