import type { Readable } from 'node:stream';
import { PgSnapManError } from '../../core/errors.ts';
import { chooseBase } from '../../core/repository/choose-bases.ts';
import { type Extent, ExtentList } from '../../core/repository/extent.ts';
import type { StoreParameters } from '../../core/repository/parameters.ts';
import type { BlockIntake, Lane } from './block-intake.ts';
import type { ChunkTable } from './chunk-table.ts';
import { withSmallFile } from './scan-small-file.ts';
import { type FileSource, type Scanned, scanSource } from './scan-source.ts';
import type { ScanResult } from './thread/tasks.ts';
import type { ThreadPool } from './thread/thread-pool.ts';

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
  parameters: StoreParameters;
}

/** Takes one file in: cuts it, finds each chunk among those that are known, and adds the others. */
export async function takeFile(
  parts: FileIntakeParts,
  source: Readable | FileSource,
  isTableData: boolean,
): Promise<TakenFile> {
  const lane = parts.blocks.acquire();
  try {
    const intake = new FileIntake(parts, lane);
    const taken = 'file' in source ? await takeSmall(parts, intake, source, isTableData) : null;
    return taken ?? (await takeInParts(parts, intake, source, isTableData));
  } finally {
    parts.blocks.release(lane);
  }
}

/** Null if the file is not small. */
async function takeSmall(
  { parameters }: FileIntakeParts,
  intake: FileIntake,
  source: FileSource,
  isTableData: boolean,
): Promise<TakenFile | null> {
  return withSmallFile(parameters, source, isTableData, async (scanned) => {
    await intake.take(scanned);
    return intake.end(scanned.result, isTableData);
  });
}

async function takeInParts(
  { pool }: FileIntakeParts,
  intake: FileIntake,
  source: Readable | FileSource,
  isTableData: boolean,
): Promise<TakenFile> {
  const scanner = pool.openFile();
  let ended = false;
  try {
    for await (const scanned of scanSource(scanner, source, isTableData)) {
      await intake.take(scanned);
      if (!scanned.result.final) continue;
      ended = true;
      return intake.end(scanned.result, isTableData);
    }
    throw new Error('a file has no end');
  } finally {
    await scanner.close(ended);
  }
}

/** The main thread's side of one file. */
class FileIntake {
  readonly #parts: FileIntakeParts;
  readonly #lane: Lane;
  readonly #candidates: Int32Array;
  readonly #extents = new ExtentList();
  /** Number of the chunk that the last one was, or was like. */
  #previous = -1;

  constructor(parts: FileIntakeParts, lane: Lane) {
    this.#parts = parts;
    this.#lane = lane;
    this.#candidates = new Int32Array(parts.parameters.features);
  }

  async take({ segment, result: { places, ids, features } }: Scanned): Promise<void> {
    const { table, blocks } = this.#parts;
    const all = new Uint8Array(segment);
    for (let i = 0; i * 2 < places.length; i += 1) {
      const known = table.find(ids, i * 32);
      if (known >= 0) {
        this.#previous = known;
        this.#extents.add(table.place(known), blocks.rawLength);
      } else {
        const at = places[i * 2] as number;
        await this.#addNew(i, all.subarray(at, at + (places[i * 2 + 1] as number)), ids, features);
      }
    }
  }

  async #addNew(i: number, bytes: Uint8Array, ids: Uint8Array, features: Uint32Array): Promise<void> {
    const { table, blocks } = this.#parts;
    const count = this.#parts.parameters.features;
    table.candidates(features, i * count, this.#candidates);
    const base = chooseBase(this.#candidates, this.#previous);
    if (base >= 0) this.#previous = base;
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
