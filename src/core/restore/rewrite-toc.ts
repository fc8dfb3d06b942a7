import { PgSnapManError } from '../errors.ts';
import { parseToc, type RawEntry, readRawToc, type TocEntry } from '../postgres/toc.ts';

/** What may be changed in an entry; a field that is not named stays as it is. */
export type EntryChange = Partial<Pick<TocEntry, 'defn' | 'tablespace' | 'owner'>>;

/** Places of the texts in an entry, as readRawToc gives them. */
const PLACES = { defn: 2, tablespace: 6, owner: 8 } as const;
const FIELDS = ['defn', 'tablespace', 'owner'] as const;

/**
 * A copy of `toc.dat` with some texts replaced; every other byte stays as pg_dump wrote it. So a restore can give
 * objects to other roles and tablespaces, for which pg_restore has no option.
 * @param change null: leave the entry alone
 * @throws PgSnapManError run_failed when a new text cannot be written in the archive's encoding
 */
export function rewriteToc(bytes: Uint8Array, change: (entry: TocEntry) => EntryChange | null): Uint8Array {
  const raw = readRawToc(bytes);
  const encode = encoderFor(raw.encoding);
  const pieces: Uint8Array[] = [];
  let position = 0;
  for (const [index, entry] of parseToc(bytes).entries.entries()) {
    const wanted = change(entry);
    const rawEntry = raw.entries[index];
    if (wanted === null || rawEntry === undefined) continue;
    for (const field of FIELDS) {
      const text = wanted[field];
      const old = textAt(rawEntry, PLACES[field]);
      if (text === undefined || text === entry[field] || old === null) continue;
      const start = old.byteOffset - bytes.byteOffset;
      pieces.push(bytes.subarray(position, start - raw.intSize - 1), ...lengthAndText(encode(text), raw.intSize));
      position = start + old.length;
    }
  }
  pieces.push(bytes.subarray(position));
  return concatenate(pieces);
}

const textAt = (entry: RawEntry, place: number): Uint8Array | null => entry.texts[place] ?? null;

/** A sign byte, the length with the lowest byte first, the text. */
function lengthAndText(text: Uint8Array, intSize: number): Uint8Array[] {
  const length = new Uint8Array(1 + intSize);
  for (let i = 0; i < intSize; i++) length[1 + i] = Math.floor(text.length / 2 ** (8 * i)) % 256;
  return [length, text];
}

/** Texts in other encodings than UTF-8 can be changed as long as they are ASCII. */
function encoderFor(encoding: string): (text: string) => Uint8Array {
  const encoder = new TextEncoder();
  if (encoding === 'UTF8') return (text) => encoder.encode(text);
  return (text) => {
    if (/[^\0-\x7f]/.test(text)) {
      throw new PgSnapManError(
        'run_failed',
        `roles and tablespaces in an archive in ${encoding} can only be replaced in ASCII text`,
        'restore without role_map and tablespace_map, with roles of the same names',
      );
    }
    return encoder.encode(text);
  };
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const piece of pieces) {
    result.set(piece, position);
    position += piece.length;
  }
  return result;
}
