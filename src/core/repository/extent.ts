/**
 * Where bytes lie: the raw bytes of blocks `first` … `last` of the pack named `pack` (the pack that the blocks were
 * born in; they may have moved), one after the other; of these the ones from `skip` on, `length` of them.
 * Runs of adjacent blocks are one extent, so that lists are short and a shell reads them with few calls.
 */
export interface Extent {
  pack: string;
  first: number;
  last: number;
  skip: number;
  length: number;
}

/** A part of one block. */
export interface Slice {
  pack: string;
  block: number;
  offset: number;
  length: number;
}

/**
 * Collects slices in reading order into extents. `rawLength` says how long a block is; it is asked for only when a
 * slice might continue an extent into the next block, and may answer -1 for a block that is not closed.
 */
export class ExtentList {
  readonly extents: Extent[] = [];
  /** Raw offset in its last block where the last extent ends. */
  #tail = 0;

  add(slice: Slice, rawLength: (pack: string, block: number) => number): void {
    if (slice.length === 0) return;
    const last = this.extents.at(-1);
    if (last !== undefined && last.pack === slice.pack) {
      const sameBlock = last.last === slice.block && this.#tail === slice.offset;
      const nextBlock =
        last.last + 1 === slice.block && slice.offset === 0 && rawLength(last.pack, last.last) === this.#tail;
      if (sameBlock || nextBlock) {
        last.last = slice.block;
        last.length += slice.length;
        this.#tail = slice.offset + slice.length;
        return;
      }
    }
    this.extents.push({
      pack: slice.pack,
      first: slice.block,
      last: slice.block,
      skip: slice.offset,
      length: slice.length,
    });
    this.#tail = slice.offset + slice.length;
  }
}

/** `pack first last skip length`, as it stands in lists and manifests. */
export function formatExtent(extent: Extent): string {
  return `${extent.pack} ${extent.first} ${extent.last} ${extent.skip} ${extent.length}`;
}

/** @throws Error when the text is no extent */
export function parseExtent(text: string): Extent {
  const match = /^([0-9a-f]{16}) (\d+) (\d+) (\d+) (\d+)$/.exec(text);
  if (match === null) throw new Error(`not an extent: ${JSON.stringify(text.slice(0, 80))}`);
  return {
    pack: match[1] as string,
    first: Number(match[2]),
    last: Number(match[3]),
    skip: Number(match[4]),
    length: Number(match[5]),
  };
}
