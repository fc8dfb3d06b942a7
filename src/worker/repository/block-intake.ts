import { baseRun, limitDepth, mergeSlices } from '../../core/repository/choose-bases.ts';
import type { Slice } from '../../core/repository/extent.ts';
import type { StoreParameters } from '../../core/repository/parameters.ts';
import { type BlockCatalog, recipeSlice } from './block-catalog.ts';
import type { ChunkTable } from './chunk-table.ts';
import { OpenBlock } from './open-block.ts';
import { blockKey } from './pack-index.ts';
import { PackWriter } from './pack-writer.ts';
import { type DamagedBlock, frameRoom } from './thread/tasks.ts';
import type { ThreadPool } from './thread/thread-pool.ts';

/** Blocks per pack at most, so that an index stays small where blocks shrink to almost nothing. */
const PACK_BLOCKS = 4096;

/** A pack being written, its open block, and what is still on its way into it, in order. */
interface Lane {
  pack: PackWriter;
  block: OpenBlock | null;
  blocks: number;
  chain: Promise<void>;
}

export interface IntakeParts {
  repository: string;
  leaseId: string;
  parameters: StoreParameters;
  pool: ThreadPool;
  catalog: BlockCatalog;
  table: ChunkTable;
}

/**
 * Takes new chunks into blocks, has the blocks compressed, and writes them into packs. Each file being taken in has a
 * lane (a pack) of its own, so that its blocks are neighbours; the next file goes on where one has ended.
 */
export class BlockIntake {
  readonly #parts: IntakeParts;
  readonly #idle: Lane[] = [];
  readonly #lanes = new Set<Lane>();
  readonly #rawLengths = new Map<string, number>();
  readonly #buffers: SharedArrayBuffer[] = [];
  readonly #waiting: (() => void)[] = [];
  /** Every pack that was begun, for `discard`. */
  readonly #packs: PackWriter[] = [];
  #encoding = 0;
  #failure: unknown = null;
  newBytes = 0;
  readonly damaged: DamagedBlock[] = [];

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** Takes a lane for one file; give it back with `release`. */
  acquire(): Lane {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    const lane: Lane = { pack: this.#newPack(), block: null, blocks: 0, chain: Promise.resolve() };
    this.#lanes.add(lane);
    return lane;
  }

  release(lane: Lane): void {
    this.#idle.push(lane);
  }

  /** Adds a new chunk; returns where it lies. Waits while too much is waiting to be compressed. */
  async add(lane: Lane, bytes: Uint8Array, id: Uint8Array, features: Uint32Array, base: number): Promise<Slice> {
    if (this.#failure !== null) throw this.#failure;
    if (lane.block !== null && !lane.block.hasRoomFor(bytes.length)) await this.#closeBlock(lane);
    lane.block ??= this.#openBlock(lane);
    const offset = lane.block.append(bytes, id, features, base);
    return { pack: lane.block.pack, block: lane.block.number, offset, length: bytes.length };
  }

  /** Raw length of a block that is closed, this dump's or an older one; else -1. */
  readonly rawLength = (pack: string, block: number): number =>
    this.#rawLengths.get(blockKey(pack, block)) ?? this.#parts.catalog.rawLength(pack, block);

  /** Ends blocks that are being filled, so that what comes next lies in others. */
  async closeBlocks(): Promise<void> {
    for (const lane of this.#lanes) await this.#closeBlock(lane);
  }

  /** Writes all that is open. Afterwards everything that was added is durable. */
  async finish(): Promise<void> {
    for (const lane of this.#lanes) {
      if (lane.block !== null) await this.#closeBlock(lane);
      this.#endPack(lane);
    }
    for (const lane of this.#lanes) await lane.chain;
    if (this.#failure !== null) throw this.#failure;
  }

  /** Waits for what is under way and removes every pack of this intake. */
  async discard(): Promise<void> {
    this.#failure ??= new Error('the dump was given up');
    for (const lane of this.#lanes) await lane.chain;
    for (const pack of this.#packs) await pack.discard();
  }

  #newPack(): PackWriter {
    const { repository, leaseId, parameters } = this.#parts;
    const number = this.#packs.length.toString(16).padStart(4, '0');
    const pack = new PackWriter(repository, `${leaseId}${number}`, parameters.features);
    this.#packs.push(pack);
    return pack;
  }

  #openBlock(lane: Lane): OpenBlock {
    if (lane.pack.bytes >= this.#parts.parameters.pack || lane.blocks >= PACK_BLOCKS) {
      this.#endPack(lane);
      lane.pack = this.#newPack();
      lane.blocks = 0;
    }
    const buffer = this.#buffers.pop() ?? new SharedArrayBuffer(frameRoom(this.#parts.parameters.block));
    lane.blocks += 1;
    return new OpenBlock(lane.pack.name, lane.blocks - 1, buffer, this.#parts.parameters.block);
  }

  async #closeBlock(lane: Lane): Promise<void> {
    const { block, pack } = lane;
    if (block === null) return;
    lane.block = null;
    this.#rawLengths.set(blockKey(block.pack, block.number), block.length);
    while (this.#encoding >= this.#parts.pool.size * 3) await new Promise<void>((done) => this.#waiting.push(done));
    this.#encoding += 1;
    const bases = this.#basesOf(block);
    const encoded = this.#parts.pool.run({
      kind: 'encode',
      block: block.buffer,
      length: block.length,
      dictionary: bases.map(recipeSlice),
      recipes: this.#parts.catalog.recipes(bases),
    });
    encoded.catch(() => {}); // looked at in the chain, perhaps later
    this.#chain(lane, async () => {
      try {
        const { length, usedDictionary, damaged } = await encoded;
        this.damaged.push(...damaged);
        if (this.#failure !== null) return;
        const dictionary = usedDictionary ? bases : [];
        const depth = dictionary.reduce((most, s) => Math.max(most, 1 + (this.#row(s)?.depth ?? 0)), 0);
        const row = { pack: block.pack, block: block.number, raw: block.length, depth, dictionary };
        const frame = new Uint8Array(block.buffer, 0, length);
        this.#parts.catalog.addRows([await pack.append(frame, row, block.chunks())]);
      } finally {
        this.#buffers.push(block.buffer);
        this.#encoding -= 1;
        this.#waiting.shift()?.();
      }
    });
  }

  #basesOf(block: OpenBlock): Slice[] {
    const { table, parameters } = this.#parts;
    const slices = baseRun(block.bases).map((number) => table.place(number));
    const limit = parameters.block * 2;
    // Not all blocks of a table start anew on the same day: that day would cost as much as many others.
    const depth = parameters.max_depth - (block.number % (1 + (parameters.max_depth >> 2)));
    return mergeSlices(limitDepth(mergeSlices(slices, limit), depth, this.#row), limit);
  }

  readonly #row = (slice: Slice) => this.#parts.catalog.row(slice.pack, slice.block);

  #endPack(lane: Lane): void {
    const { pack } = lane;
    this.#chain(lane, async () => {
      if (this.#failure !== null) return;
      const bytes = await pack.close(); // read before the sum is: another lane may add to it meanwhile
      this.newBytes += bytes;
    });
  }

  /** Adds a step to a lane. The first failure is kept, and ends the dump; no step throws. */
  #chain(lane: Lane, step: () => Promise<void>): void {
    lane.chain = lane.chain.then(step).catch((error: unknown) => {
      this.#failure ??= error;
    });
  }
}

export type { Lane };
