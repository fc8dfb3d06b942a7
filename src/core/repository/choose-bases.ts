import type { Slice } from './extent.ts';

/** How far from the expected place a chunk may lie that shares one feature only. */
const NEAR = 4;
/** Gaps of this many chunks between two bases are filled: what was changed there may still be alike. */
const GAP = 2;
/** Bytes by which a place in a dictionary may be mistaken. */
const MARGIN = 128 * 1024;

/**
 * The chunk to use as base of one with these candidates (a chunk number per feature, -1: none), or -1. Two features in
 * common make a base; one is enough near where the base of the chunk before says that it should be.
 */
export function chooseBase(candidates: Int32Array, previous: number): number {
  let best = -1;
  let bestVotes = 0;
  for (let i = 0; i < candidates.length; i += 1) {
    const candidate = candidates[i] as number;
    if (candidate < 0) continue;
    let votes = 0;
    for (let j = 0; j < candidates.length; j += 1) if (candidates[j] === candidate) votes += 1;
    if (previous >= 0 && Math.abs(candidate - previous - 1) <= NEAR) votes += 1;
    if (votes > bestVotes) {
      best = candidate;
      bestVotes = votes;
    }
  }
  return bestVotes >= 2 ? best : -1;
}

/** Chunk numbers of the bases of a block's chunks, in order, without repetition, small gaps filled. */
export function baseRun(bases: readonly number[]): number[] {
  const run: number[] = [];
  const seen = new Set<number>();
  let previous = -1;
  for (const base of bases) {
    if (base < 0) continue;
    const first = previous >= 0 && base > previous && base - previous <= GAP + 1 ? previous + 1 : base;
    for (let number = first; number <= base; number += 1) {
      if (!seen.has(number)) run.push(number);
      seen.add(number);
    }
    previous = base;
  }
  return run;
}

/** Joins slices that touch, drops parts that are there already, and ends at `limit` bytes. */
export function mergeSlices(slices: readonly Slice[], limit: number): Slice[] {
  const merged: Slice[] = [];
  let bytes = 0;
  for (const slice of slices) {
    const fresh = withoutOverlap(slice, merged);
    if (fresh === null) continue;
    if (bytes + fresh.length > limit) break;
    bytes += fresh.length;
    const last = merged.at(-1);
    if (
      last !== undefined &&
      last.pack === fresh.pack &&
      last.block === fresh.block &&
      last.offset + last.length === fresh.offset
    ) {
      last.length += fresh.length;
    } else merged.push({ ...fresh });
  }
  return merged;
}

/** The first part of a slice that no other slice covers. */
function withoutOverlap(slice: Slice, others: readonly Slice[]): Slice | null {
  let { offset } = slice;
  let end = slice.offset + slice.length;
  for (const other of others) {
    if (other.pack !== slice.pack || other.block !== slice.block) continue;
    if (other.offset <= offset && other.offset + other.length > offset) offset = other.offset + other.length;
    else if (other.offset > offset && other.offset < end) end = other.offset;
  }
  return offset >= end ? null : { ...slice, offset, length: end - offset };
}

/** What is known of a block that may be a base. */
interface BaseBlock {
  depth: number;
  /** Raw bytes. */
  raw: number;
  dictionary: readonly Slice[];
}

/**
 * Keeps chains of bases short: slices of blocks at the greatest depth are replaced by what those blocks were made from,
 * down to blocks that need no other. The chain starts anew there, at the price of older and less similar bases.
 */
export function limitDepth(
  slices: readonly Slice[],
  maxDepth: number,
  block: (slice: Slice) => BaseBlock | undefined,
): Slice[] {
  const tooDeep = slices.some((slice) => (block(slice)?.depth ?? 0) >= maxDepth);
  return tooDeep ? slices.flatMap((slice) => roots(slice, block)) : [...slices];
}

function roots(slice: Slice, block: (slice: Slice) => BaseBlock | undefined): Slice[] {
  const found = block(slice);
  if (found === undefined) return [];
  return found.depth === 0 ? [slice] : madeFrom(slice, found).flatMap((base) => roots(base, block));
}

/**
 * The part of a block's dictionary that a slice of it is like. A block and its dictionary are two states of the same rows,
 * so what is a third of the way in one is about there in the other. All of the dictionary would bring what belongs to
 * neighbours, and leave no room for the rest.
 */
function madeFrom({ offset, length }: Slice, { raw, dictionary }: BaseBlock): Slice[] {
  const scale = dictionary.reduce((sum, base) => sum + base.length, 0) / raw;
  const from = Math.floor(offset * scale) - MARGIN;
  const to = Math.ceil((offset + length) * scale) + MARGIN;
  const parts: Slice[] = [];
  let at = 0;
  for (const base of dictionary) {
    const start = Math.max(from - at, 0);
    const end = Math.min(to - at, base.length);
    if (start < end) parts.push({ ...base, offset: base.offset + start, length: end - start });
    at += base.length;
  }
  return parts;
}
