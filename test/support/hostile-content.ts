import { createHash, randomBytes } from 'node:crypto';

const DICTIONARY_MAGIC = Buffer.from([0x37, 0xa4, 0x30, 0xec]);
const FRAME_MAGICS = [0x28, 0xb5, 0x2f, 0xfd, 0x5e, 0x2a, 0x4d, 0x18];

/** Rows that share most of their bytes with those of every other day, in another order and with another middle. */
export function alike(day: number, bytes: number): Buffer {
  return rowsOf(bytes, (i) => {
    const hash = createHash('md5').update(`${day}/${i}`).digest('hex');
    return `the same beginning of every row${hash.slice(0, 8)}the same middle of it all${hash.slice(8, 20)}and the end`;
  });
}

/** Rows as tables have them: a number, a time, a state, a name, an amount; the same ones every day. */
export function ordinary(bytes: number): Buffer {
  return rowsOf(bytes, (i) => {
    const hash = createHash('md5').update(`${i}`).digest();
    const time = new Date(1_700_000_000_000 + i * 61_000).toISOString();
    const name = `${NAMES[(hash[0] as number) % NAMES.length]} ${NAMES[(hash[1] as number) % NAMES.length]}`;
    return [i, time, STATES[(hash[2] as number) % STATES.length], name, hash.readUInt32LE(4) / 100, hash[9]].join('\t');
  });
}

const STATES = ['new', 'paid', 'sent', 'returned'];
const NAMES = ['Abel', 'Berta', 'Chloe', 'Dario', 'Emma', 'Farid', 'Greta', 'Hugo', 'Ines', 'Jonas', 'Kaya', 'Levi'];

function rowsOf(bytes: number, row: (i: number) => string): Buffer {
  const rows: string[] = [];
  for (let i = 0, length = 0; length < bytes; i += 1) {
    const next = `${row(i)}\n`;
    rows.push(next);
    length += next.length;
  }
  return Buffer.from(rows.join('')).subarray(0, bytes);
}

/** Content made to make trouble, by day and size. */
export const ATTACKS: Record<string, (day: number, bytes: number) => Buffer> = {
  'the magic number of zstd dictionaries': (_, bytes) => Buffer.alloc(bytes, DICTIONARY_MAGIC),
  'the magic number, and something new behind it': (day, bytes) =>
    Buffer.concat([DICTIONARY_MAGIC, Buffer.alloc(bytes - 4, `row ${day}\n`)]),
  'the magic numbers of zstd frames and of skippable ones': (day, bytes) =>
    Buffer.alloc(bytes, Buffer.from([...FRAME_MAGICS, day])),
  'identical rows': (_, bytes) => Buffer.alloc(bytes, '1\tthe same row\n'),
  'one byte': (_, bytes) => Buffer.alloc(bytes),
  'random bytes': (_, bytes) => randomBytes(bytes),
  'what always looks similar and never is the same': alike,
};
