import { PgSnapManError } from '../errors.ts';
import { formatBytes } from '../text/numbers.ts';

/**
 * The text of a table can be smaller than the table: dead rows, room kept free, headers of rows. Less than this part of
 * it is hardly ever seen, and a dump must not be refused that would have had its room.
 */
const LEAST_PART = 0.5;

/**
 * Bytes that a dump needs in staging at once, at the least: its largest tables, as many as are dumped at a time. A table
 * leaves staging only when it is complete; the others may leave before.
 * @param tableBytes sizes of the tables that are dumped, as the server knows them
 */
export function leastStagingBytes(tableBytes: readonly number[], jobs: number): number {
  const largest = tableBytes.toSorted((a, b) => b - a).slice(0, jobs);
  return Math.round(largest.reduce((sum, bytes) => sum + bytes, 0) * LEAST_PART);
}

/** @throws PgSnapManError run_failed saying how much is missing */
export function checkStagingRoom(neededBytes: number, freeBytes: number): void {
  if (freeBytes >= neededBytes) return;
  throw new PgSnapManError(
    'run_failed',
    `no room for the dump in the staging folder: it needs at least ${formatBytes(neededBytes)} at once, ${formatBytes(freeBytes)} are free, ${formatBytes(neededBytes - freeBytes)} are missing`,
    "free room on the disk of the worker's root directory; the largest tables of a database must fit there, not compressed",
  );
}
