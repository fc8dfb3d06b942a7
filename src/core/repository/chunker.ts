import { GEAR, GEAR_WINDOW } from './gear.ts';
import { GearRoll } from './gear-roll.ts';
import type { StoreParameters } from './parameters.ts';

/** Odd multipliers and offsets that make `features` different orders out of one hash. Only their being fixed matters. */
const MULTIPLIERS = Int32Array.from({ length: 16 }, (_, i) => Math.imul(2 * i + 1, 0x9e3779b1) | 1);
const OFFSETS = Int32Array.from({ length: 16 }, (_, i) => Math.imul(i + 1, 0x85ebca6b));

/** Small chunks (the only one of a small file) are sampled from their first byte on, and more densely. */
const SMALL_SAMPLE_BITS = 4;

/**
 * Finds the end of the chunk that starts at `start` (FastCDC without normalization: nothing is looked at before the
 * smallest size), and writes its sketch to `features` at `featuresAt`: per feature the largest of the sampled hashes
 * under that feature's order, 0 when nothing was sampled.
 * Returns the end, or -1 if more data is needed to know it (only when `final` is false).
 */
export function nextChunk(
  bytes: Uint8Array,
  start: number,
  end: number,
  final: boolean,
  parameters: StoreParameters,
  features: Uint32Array,
  featuresAt: number,
): number {
  const available = end - start;
  const count = parameters.features;
  features.fill(0, featuresAt, featuresAt + count);
  if (available <= parameters.min_chunk) {
    if (!final) return -1;
    sketchSmall(bytes, start, end, count, features, featuresAt);
    return end;
  }
  const limit = start + Math.min(available, parameters.max_chunk);
  const sampleShift = 32 - parameters.sample_bits;
  const cutShift = 32 - parameters.cut_bits;
  const roll = new GearRoll(bytes, start + parameters.min_chunk);
  while (roll.toSample(limit, sampleShift)) {
    addSample(roll.hash, count, features, featuresAt);
    if (roll.hash >>> cutShift === 0) return roll.position;
  }
  return final || available >= parameters.max_chunk ? limit : -1;
}

function addSample(h: number, count: number, features: Uint32Array, at: number): void {
  for (let i = 0; i < count; i += 1) {
    const value = (Math.imul(h, MULTIPLIERS[i] as number) + (OFFSETS[i] as number)) >>> 0;
    if (value > (features[at + i] as number)) features[at + i] = value;
  }
}

function sketchSmall(
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
  features: Uint32Array,
  at: number,
): void {
  let h = 0;
  for (let p = start; p < end; p += 1) {
    h = ((h << 1) + (GEAR[bytes[p] as number] as number)) | 0;
    if (h >>> (32 - SMALL_SAMPLE_BITS) === 0 && p - start >= GEAR_WINDOW) addSample(h, count, features, at);
  }
}
