import { type FileHandle, open } from 'node:fs/promises';

const BLOCK_BYTES = 1024 * 1024;

/** True if two files can be read and hold the same bytes. */
export async function haveSameBytes(one: string, other: string): Promise<boolean> {
  let a: FileHandle | undefined;
  let b: FileHandle | undefined;
  try {
    a = await open(one, 'r');
    b = await open(other, 'r');
    const left = Buffer.allocUnsafe(BLOCK_BYTES);
    const right = Buffer.allocUnsafe(BLOCK_BYTES);
    for (;;) {
      const [leftBytes, rightBytes] = [await fill(a, left), await fill(b, right)];
      if (leftBytes !== rightBytes) return false;
      if (!left.subarray(0, leftBytes).equals(right.subarray(0, rightBytes))) return false;
      if (leftBytes < BLOCK_BYTES) return true;
    }
  } catch {
    return false;
  } finally {
    await a?.close();
    await b?.close();
  }
}

/** Reads until the buffer is full or the file ends; one read may bring less. */
async function fill(file: FileHandle, buffer: Buffer): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
