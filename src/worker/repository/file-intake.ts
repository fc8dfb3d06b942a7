import type { Readable } from 'node:stream';
import { PgSnapManError } from '../../core/errors.ts';
import { chooseBase } from '../../core/repository/choose-bases.ts';
import { type Extent, ExtentList } from '../../core/repository/extent.ts';
import type { BlockIntake, Lane } from './block-intake.ts';
import type { ChunkTable } from './chunk-table.ts';
import { type ScanResult, type ScanTask, SEGMENT_BYTES, SEGMENT_HEAD } from './thread/tasks.ts';
import type { ThreadPool } from './thread/thread-pool.ts';

/** A file on this machine, read by the threads themselves: faster than a stream. */
export interface FileSource {
  file: string;
  signal?: AbortSignal;
  /** Told after each part, with its bytes. */
  onRead?(bytes: number): void;
}

export interface TakenFile {
  extents: Extent[];
  sha256: string;
  sizeBytes: number;
  /** Null if the file is no table's data. */
  rows: number | null;
}

export interface FileIntakeParts {
  pool: ThreadPool;
  blocks: BlockIntake;
  table: ChunkTable;
  features: number;
}

const segments: SharedArrayBuffer[] = [];

/** Takes one file in: has it cut, finds each chunk among those that are known, and adds the others. */
export async function takeFile(
  parts: FileIntakeParts,
  source: Readable | FileSource,
  isTableData: boolean,
): Promise<TakenFile> {
  const segment = segments.pop() ?? new SharedArrayBuffer(SEGMENT_HEAD + SEGMENT_BYTES);
  const lane = parts.blocks.acquire();
  const intake = new FileIntake(parts, segment, lane);
  const scanner = parts.pool.openFile();
  let ended = false;
  try {
    for await (const step of stepsOf(source, segment)) {
      const result = await scanner.run<ScanTask>({
        kind: 'scan',
        file: scanner.file,
        segment,
        countRows: isTableData,
        ...step,
      });
      await intake.take(result);
      if ('file' in source) {
        source.onRead?.(result.bytes);
        source.signal?.throwIfAborted();
      }
      ended = result.final;
      if (ended) return intake.end(result, isTableData);
    }
    throw new Error('a file has no end');
  } finally {
    if (!ended) await scanner.run({ kind: 'forget', file: scanner.file }).catch(() => {});
    parts.blocks.release(lane);
    segments.push(segment);
  }
}

type Step = Pick<ScanTask, 'length' | 'final'> & Partial<Pick<ScanTask, 'source'>>;

async function* stepsOf(source: Readable | FileSource, segment: SharedArrayBuffer): AsyncGenerator<Step> {
  if (!('file' in source)) {
    yield* stepsOfStream(source, new Uint8Array(segment, SEGMENT_HEAD));
    return;
  }
  for (let position = 0; ; position += SEGMENT_BYTES) {
    yield { length: SEGMENT_BYTES, final: false, source: { path: source.file, position } };
  }
}

async function* stepsOfStream(stream: Readable, room: Uint8Array): AsyncGenerator<Step> {
  let length = 0;
  for await (const chunk of stream) {
    let bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
    while (length + bytes.length > room.length) {
      const part = room.length - length;
      room.set(bytes.subarray(0, part), length);
      yield { length: room.length, final: false };
      bytes = bytes.subarray(part);
      length = 0;
    }
    room.set(bytes, length);
    length += bytes.length;
  }
  yield { length, final: true };
}

/** The main thread's side of one file. */
class FileIntake {
  readonly #parts: FileIntakeParts;
  readonly #lane: Lane;
  readonly #bytes: Uint8Array;
  readonly #candidates: Int32Array;
  readonly #extents = new ExtentList();
  /** Number of the chunk that the last one was, or was like. */
  #previous = -1;

  constructor(parts: FileIntakeParts, segment: SharedArrayBuffer, lane: Lane) {
    this.#parts = parts;
    this.#lane = lane;
    this.#bytes = new Uint8Array(segment);
    this.#candidates = new Int32Array(parts.features);
  }

  async take({ places, ids, features }: ScanResult): Promise<void> {
    const { table, blocks } = this.#parts;
    for (let i = 0; i * 2 < places.length; i += 1) {
      const known = table.find(ids, i * 32);
      if (known >= 0) {
        this.#previous = known;
        this.#extents.add(table.place(known), blocks.rawLength);
      } else await this.#addNew(i, places, ids, features);
    }
  }

  async #addNew(i: number, places: Uint32Array, ids: Uint8Array, features: Uint32Array): Promise<void> {
    const { table, blocks, features: count } = this.#parts;
    table.candidates(features, i * count, this.#candidates);
    const base = chooseBase(this.#candidates, this.#previous);
    if (base >= 0) this.#previous = base;
    const at = places[i * 2] as number;
    const bytes = this.#bytes.subarray(at, at + (places[i * 2 + 1] as number));
    const id = ids.subarray(i * 32, i * 32 + 32);
    const slice = await blocks.add(this.#lane, bytes, id, features.subarray(i * count, i * count + count), base);
    // Another file may have brought the same chunk while this one waited; stored twice then, which does no harm.
    if (table.find(ids, i * 32) < 0) table.add(ids, i * 32, slice, null);
    this.#extents.add(slice, blocks.rawLength);
  }

  end(result: ScanResult, isTableData: boolean): TakenFile {
    const { summary } = result;
    if (summary === null) throw new Error('a file has no summary');
    return {
      extents: this.#extents.extents,
      sha256: summary.sha256,
      sizeBytes: summary.bytes,
      rows: isTableData ? rowsOf(summary) : null,
    };
  }
}

/**
 * Rows of a table's data file: its lines up to the end marker of COPY, the line `\.`.
 * @throws PgSnapManError run_failed when the data does not end so
 */
function rowsOf(summary: NonNullable<ScanResult['summary']>): number {
  const tail = Buffer.from(summary.tail).toString('latin1');
  const end = /(^|\n)\\\.(\n+)$/.exec(tail);
  const atStart = end?.[1] === '' && end.index === 0 ? summary.bytes === tail.length : true;
  if (end !== null && atStart && !summary.afterEnd) return summary.lineFeeds - (end[2] as string).length;
  throw new PgSnapManError('run_failed', 'the data of a table does not end as it must: it was cut off or altered');
}
