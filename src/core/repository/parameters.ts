import * as z from 'zod';

/**
 * How a repository cuts and compares data. Written into `repository.json` when it is made and never changed: equal
 * content must be cut alike by every version that writes to it. Sizes in bytes.
 */
export const storeParametersSchema = z.object({
  /** No chunk is shorter, but for the last one of a file. */
  min_chunk: z.number().int().min(64),
  /** A boundary is where this many upper bits of the rolling hash are zero: one in 2^cut_bits positions. */
  cut_bits: z.number().int().min(4).max(24),
  max_chunk: z
    .number()
    .int()
    .max(1 << 24),
  /** One in 2^sample_bits positions takes part in the sketch of a chunk. */
  sample_bits: z.number().int().min(1).max(16),
  /** Number of features of a sketch. */
  features: z.number().int().min(1).max(16),
  /** A block, the unit of compression, is closed when it holds this much. */
  block: z
    .number()
    .int()
    .max(1 << 24),
  /** How many blocks may lie between a block and one that needs no other. */
  max_depth: z.number().int().min(0).max(64),
  /** A pack is closed when it holds this much. */
  pack: z.number().int(),
});
export type StoreParameters = z.infer<typeof storeParametersSchema>;

/** Chosen by measurement; the table is in the design document. */
export const DEFAULT_PARAMETERS: StoreParameters = {
  min_chunk: 32 * 1024,
  cut_bits: 15,
  max_chunk: 256 * 1024,
  sample_bits: 7,
  features: 4,
  block: 4 * 1024 * 1024,
  max_depth: 5,
  pack: 64 * 1024 * 1024,
};
