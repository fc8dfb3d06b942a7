import type { Slice } from './extent.ts';

/** How far from the expected place a chunk may lie that shares one feature only. */
const NEAR = 4;
/** Gaps of this many chunks between two bases are filled: what was changed there may still be alike. */
const GAP = 2;

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

/**
 * Keeps chains of bases short: slices of blocks at the greatest depth are replaced by what those blocks were made from,
 * down to blocks that need no other. The chain starts anew there, at the price of older and less similar bases.
 */
export function limitDepth(
  slices: readonly Slice[],
  maxDepth: number,
  block: (slice: Slice) => { depth: number; dictionary: readonly Slice[] } | undefined,
): Slice[] {
  const tooDeep = slices.some((slice) => (block(slice)?.depth ?? 0) >= maxDepth);
  return tooDeep ? slices.flatMap((slice) => roots(slice, block)) : [...slices];
}

function roots(
  slice: Slice,
  block: (slice: Slice) => { depth: number; dictionary: readonly Slice[] } | undefined,
): Slice[] {
  const found = block(slice);
  if (found === undefined) return [];
  return found.depth === 0 ? [slice] : found.dictionary.flatMap((base) => roots(base, block));
}
