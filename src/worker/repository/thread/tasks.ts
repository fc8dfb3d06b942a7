/** What threads are asked to do, and what they answer. Everything here can be cloned to another thread. */

/** How to get the raw bytes of a block: where its frame lies, and what its dictionary is made of. */
export interface Recipe {
  key: string;
  path: string;
  offset: number;
  stored: number;
  raw: number;
  dictionary: RecipeSlice[];
}

export interface RecipeSlice {
  key: string;
  offset: number;
  length: number;
}

export interface ScanTask {
  kind: 'scan';
  /** The file being cut; its state stays in one thread until `final`. */
  file: number;
  segment: SharedArrayBuffer;
  /** Bytes already in the segment from SEGMENT_HEAD on; or read that much of `source` there. */
  length: number;
  source?: { path: string; position: number };
  final: boolean;
  countRows: boolean;
}

export interface ScanResult {
  /** Bytes taken in by this call; fewer than asked for at the end of a source. */
  bytes: number;
  final: boolean;
  /** Of each chunk: offset in the segment, length. */
  places: Uint32Array;
  ids: Uint8Array;
  features: Uint32Array;
  /** With `final`. */
  summary: { sha256: string; bytes: number; lineFeeds: number; afterEnd: boolean; tail: Uint8Array } | null;
}

export interface EncodeTask {
  kind: 'encode';
  /** The raw bytes, which the frame takes the place of; it has `frameRoom` for them. */
  block: SharedArrayBuffer;
  /** Raw bytes in it. */
  length: number;
  dictionary: RecipeSlice[];
  recipes: Recipe[];
}

export interface EncodeResult {
  /** Bytes of the frame, which is in the task's block. */
  length: number;
  usedDictionary: boolean;
  damaged: DamagedBlock[];
}

export interface DamagedBlock {
  key: string;
  reason: string;
}

export interface ReadTask {
  kind: 'read';
  file: number;
  /** Created by the first task of a file, appended to by the others; null: the bytes are returned. */
  path: string | null;
  first: boolean;
  final: boolean;
  slices: RecipeSlice[];
  recipes: Recipe[];
}

export interface ReadResult {
  /** With `final`. */
  sha256: string | null;
  bytes: Uint8Array | null;
  damaged: DamagedBlock[];
}

export interface VerifyTask {
  kind: 'verify';
  blocks: { key: string; lengths: Uint32Array; ids: Uint8Array }[];
  recipes: Recipe[];
}

export interface VerifyResult {
  damaged: DamagedBlock[];
}

export type Task = ScanTask | EncodeTask | ReadTask | VerifyTask | { kind: 'forget'; file: number };
export type TaskResult<T extends Task> = T extends ScanTask
  ? ScanResult
  : T extends EncodeTask
    ? EncodeResult
    : T extends ReadTask
      ? ReadResult
      : T extends VerifyTask
        ? VerifyResult
        : null;

/** The largest that a frame of so many raw bytes can be; at least what zstd asks for to work in one go. */
export function frameRoom(rawBytes: number): number {
  return rawBytes + (rawBytes >> 8) + 1024;
}

/** Room before a segment's data for what the segment before left over: a chunk that has not ended. */
export const SEGMENT_HEAD = 256 * 1024;
export const SEGMENT_BYTES = 4 * 1024 * 1024;
