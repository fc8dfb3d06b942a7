import { closeSync, openSync, readSync } from 'node:fs';
import type { StoreParameters } from '../../core/repository/parameters.ts';
import { borrowSegment, type FileSource, giveBackSegment, type Scanned } from './scan-source.ts';
import { FileScan } from './thread/scan-file.ts';
import { SEGMENT_HEAD } from './thread/tasks.ts';

/** To hand a file to a thread, and its chunks back, costs more than to cut so many bytes. */
const SMALL_BYTES = 64 * 1024;

/**
 * Cuts a file here and at once, if it is small; thousands of tables are mostly such files.
 * @param use gets the whole file; its bytes are in the segment until it is done
 * @returns null if the file is not small: then nothing was done
 */
export async function withSmallFile<T>(
  parameters: StoreParameters,
  source: FileSource,
  countRows: boolean,
  use: (scanned: Scanned) => Promise<T>,
): Promise<T | null> {
  const segment = borrowSegment();
  try {
    const length = readStart(source.file, new Uint8Array(segment, SEGMENT_HEAD, SMALL_BYTES + 1));
    if (length > SMALL_BYTES) return null;
    const task = { kind: 'scan' as const, file: 0, segment, length, final: true, countRows };
    const result = new FileScan(parameters).scan(task);
    source.onRead?.(length);
    source.signal?.throwIfAborted();
    return await use({ segment, result });
  } finally {
    giveBackSegment(segment);
  }
}

/** Reads until the file or the room ends; returns the number of bytes. */
function readStart(path: string, room: Uint8Array): number {
  const file = openSync(path, 'r');
  try {
    let length = 0;
    for (;;) {
      const bytes = readSync(file, room, length, room.length - length, length);
      length += bytes;
      if (bytes === 0 || length === room.length) return length;
    }
  } finally {
    closeSync(file);
  }
}
