import { createHash } from 'node:crypto';
import type { Slice } from '../../core/repository/extent.ts';
import { smallFiles } from '../files/small-files.ts';

/** A block as its pack's index describes it. Lengths and offsets in bytes. */
export interface BlockRow {
  /** The pack that it was born in and its number there: its name for ever. */
  pack: string;
  block: number;
  /** The pack that holds it. */
  home: string;
  offset: number;
  stored: number;
  raw: number;
  /** 0: decompressed without any other block. */
  depth: number;
  /** Parts of other blocks that, one after the other, are the zstd dictionary. */
  dictionary: Slice[];
  /** Its chunks in the index of chunks of `home`: the first one and how many. */
  chunkAt: number;
  chunkCount: number;
}

export interface ChunkColumns {
  count: number;
  /** 32 bytes a chunk. */
  ids: Uint8Array;
  lengths: Uint32Array;
  features: Uint32Array;
}

const BLOCKS_HEADER = 'pgsnapman-blocks 1';
const CHUNKS_MAGIC = 'PSMCHNK1';

export function blockKey(pack: string, block: number): string {
  return `${pack}:${block}`;
}

/**
 * The index of a pack's blocks, as text that a shell can read: a line
 * `pack block offset stored raw depth chunks dictionary` for each, the dictionary as `-` or
 * `pack:block:offset:length,…`; at the end `end <lines> <SHA-256 of all before>`.
 */
export function formatBlockRows(rows: readonly BlockRow[]): string {
  const lines = rows.map((row) => {
    const slices = row.dictionary.map((s) => `${s.pack}:${s.block}:${s.offset}:${s.length}`);
    const dictionary = slices.length === 0 ? '-' : slices.join(',');
    return `${row.pack} ${row.block} ${row.offset} ${row.stored} ${row.raw} ${row.depth} ${row.chunkCount} ${dictionary}\n`;
  });
  const body = `${BLOCKS_HEADER}\n${lines.join('')}`;
  return `${body}end ${rows.length} ${createHash('sha256').update(body).digest('hex')}\n`;
}

/** Packs that blocks of an index were born in. @throws Error when the index is damaged */
export function birthPacks(text: string, home: string): Set<string> {
  return new Set(linesOf(text, home).map((line) => line.slice(0, line.indexOf(' '))));
}

/** @throws Error when the index is damaged */
export function parseBlockRows(text: string, home: string): BlockRow[] {
  const rows: BlockRow[] = [];
  let chunkAt = 0;
  for (const line of linesOf(text, home)) {
    const [pack = '', block, offset, stored, raw, depth, chunks, dictionary = '-'] = line.split(' ');
    const chunkCount = Number(chunks);
    rows.push({
      pack,
      block: Number(block),
      home,
      offset: Number(offset),
      stored: Number(stored),
      raw: Number(raw),
      depth: Number(depth),
      dictionary: dictionary === '-' ? [] : dictionary.split(',').map(parseSlice),
      chunkAt,
      chunkCount,
    });
    chunkAt += chunkCount;
  }
  return rows;
}

/** The lines that describe blocks, one each. */
function linesOf(text: string, home: string): string[] {
  const end = text.lastIndexOf('end ');
  const body = text.slice(0, Math.max(end, 0));
  const lines = body.split('\n');
  const count = lines.length - 2;
  const sha256 = createHash('sha256').update(body).digest('hex');
  if (end < 0 || lines[0] !== BLOCKS_HEADER || text.slice(end) !== `end ${count} ${sha256}\n`) {
    throw new Error(`the index of pack ${home} is damaged`);
  }
  return lines.slice(1, -1);
}

function parseSlice(text: string): Slice {
  const [pack = '', block, offset, length] = text.split(':');
  return { pack, block: Number(block), offset: Number(offset), length: Number(length) };
}

/** The index of a pack's chunks: columns of lengths, features and ids, all numbers little-endian, a SHA-256 at the end. */
export function formatChunkColumns(chunks: ChunkColumns, features: number): Buffer {
  const head = Buffer.alloc(16);
  head.write(CHUNKS_MAGIC, 'latin1');
  head.writeUInt32LE(chunks.count, 8);
  head.writeUInt32LE(features, 12);
  const body = Buffer.concat([head, bytesOf(chunks.lengths), bytesOf(chunks.features), chunks.ids]);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

function bytesOf(words: Uint32Array): Buffer {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength);
}

/** @throws Error when the index is damaged */
export async function readChunkColumns(path: string): Promise<ChunkColumns> {
  const file = await smallFiles.read(path);
  const end = file.length - 32;
  const damaged = () => new Error(`the index of chunks ${path} is damaged`);
  if (end < 16 || file.toString('latin1', 0, 8) !== CHUNKS_MAGIC) throw damaged();
  if (!createHash('sha256').update(file.subarray(0, end)).digest().equals(file.subarray(end))) throw damaged();
  const count = file.readUInt32LE(8);
  const features = file.readUInt32LE(12);
  if (end !== 16 + count * (4 + 4 * features + 32)) throw damaged();
  // A copy of its own starts at an address that words may start at.
  const words = new Uint8Array(file.subarray(16, 16 + count * 4 * (1 + features))).buffer;
  return {
    count,
    lengths: new Uint32Array(words, 0, count),
    features: new Uint32Array(words, count * 4, count * features),
    ids: file.subarray(16 + count * 4 * (1 + features), end),
  };
}
