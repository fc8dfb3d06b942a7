import type { StoreParameters } from '../../src/core/repository/parameters.ts';

/** Everything small, so that a few megabytes make many blocks and packs. */
export const SMALL_STORE = {
  min_chunk: 1024,
  cut_bits: 11,
  max_chunk: 16384,
  sample_bits: 4,
  block: 32768,
  max_depth: 4,
  pack: 262144,
} satisfies Partial<StoreParameters>;
