/**
 * The table of the gear hash: 256 words of 32 bits from xorshift32, started with 0x9e3779b9. Part of the format.
 * The hash rolls as h = (h << 1) + GEAR[byte]; its upper bits depend on the last 32 bytes.
 */
function makeGear(): Int32Array {
  const table = new Int32Array(256);
  let x = 0x9e3779b9 | 0;
  for (let i = 0; i < 256; i += 1) {
    for (let round = 0; round < 8; round += 1) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
    }
    table[i] = x;
  }
  return table;
}

export const GEAR = makeGear();

/** Bytes that the hash remembers. */
export const GEAR_WINDOW = 32;
