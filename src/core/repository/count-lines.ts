/** Counts line feeds, four bytes at a time: about as fast as memory, whatever the length of the lines. */
export function countLineFeeds(bytes: Uint8Array): number {
  let count = 0;
  let p = 0;
  for (; p < bytes.length && ((bytes.byteOffset + p) & 3) !== 0; p += 1) if (bytes[p] === 10) count += 1;
  const wordCount = (bytes.length - p) >>> 2;
  const words = wordCount === 0 ? new Int32Array(0) : new Int32Array(bytes.buffer, bytes.byteOffset + p, wordCount);
  let sum = 0;
  for (let i = 0; i < words.length; i += 1) {
    const x = (words[i] as number) ^ 0x0a0a0a0a;
    // The upper bit of each byte of `zero` is set where x has a zero byte.
    const zero = ~(((x & 0x7f7f7f7f) + 0x7f7f7f7f) | x | 0x7f7f7f7f);
    sum += zero >>> 7;
    if ((i & 127) === 127) {
      count += addBytes(sum);
      sum = 0;
    }
  }
  count += addBytes(sum);
  for (p += words.length * 4; p < bytes.length; p += 1) if (bytes[p] === 10) count += 1;
  return count;
}

function addBytes(word: number): number {
  return (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);
}
