/** Words in a row that are added up without a carry: no byte of a sum exceeds 255. */
const RUN = 128;

/** Counts line feeds, four bytes at a time: about as fast as memory, whatever the length of the lines. */
export function countLineFeeds(bytes: Uint8Array): number {
  const start = Math.min(-bytes.byteOffset & 3, bytes.length);
  const wordCount = (bytes.length - start) >>> 2;
  const words = wordCount === 0 ? new Int32Array(0) : new Int32Array(bytes.buffer, bytes.byteOffset + start, wordCount);
  let count = countSingly(bytes, 0, start);
  let i = 0;
  for (const runs = wordCount - (wordCount % RUN); i < runs; ) {
    let sum = 0;
    for (const stop = i + RUN; i < stop; i += 4)
      sum +=
        feedsOf(words[i] as number) +
        feedsOf(words[i + 1] as number) +
        feedsOf(words[i + 2] as number) +
        feedsOf(words[i + 3] as number);
    count += (sum & 255) + ((sum >>> 8) & 255) + ((sum >>> 16) & 255) + (sum >>> 24);
  }
  return count + countSingly(bytes, start + i * 4, bytes.length);
}

/** One in each byte of the result where a byte of the word is a line feed. */
function feedsOf(word: number): number {
  const x = word ^ 0x0a0a0a0a;
  // The upper bit of each byte stays unset only where x has a zero byte.
  return ~(((x & 0x7f7f7f7f) + 0x7f7f7f7f) | x | 0x7f7f7f7f) >>> 7;
}

function countSingly(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let p = from; p < to; p += 1) if (bytes[p] === 10) count += 1;
  return count;
}
