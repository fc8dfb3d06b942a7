/** Smaller buffers are not worth it, and may share their memory with others. */
const SMALLEST = 256 * 1024;

/**
 * Gives back the memory of a buffer at once; nobody may look at it any more. The garbage collector lets such memory pile
 * up to 64 MB in each thread, and has work with it.
 */
export function freeBuffer({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength >= SMALLEST) buffer.transfer(0);
}
