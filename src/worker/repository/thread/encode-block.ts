import { constants, zstdCompressSync } from 'node:zlib';
import { type BlockDecoder, DamagedBlockError } from './block-decoder.ts';
import { freeBuffer } from './free-buffer.ts';
import { type EncodeResult, type EncodeTask, frameRoom, type Recipe } from './tasks.ts';

/** A dictionary that begins so would be read as a formatted one, not as plain content. */
const DICTIONARY_MAGIC = [0x37, 0xa4, 0x30, 0xec];
/** A frame with bases that is not clearly smaller than this part of its raw size is compared with one without. */
const CLEARLY_SMALL = 0.1;
/** Bases make reading slower: they must save this much. */
const WORTH_IT = 0.75;

const PLAIN = {
  [constants.ZSTD_c_compressionLevel]: 1,
  [constants.ZSTD_c_checksumFlag]: 1,
};

/** Compresses a block, with the joined bytes of its bases as dictionary if that is worth it. */
export function encodeBlock(task: EncodeTask, decoder: BlockDecoder): EncodeResult {
  const raw = new Uint8Array(task.block, 0, task.length);
  const damaged: EncodeResult['damaged'] = [];
  const withBases = compressWithBases(raw, task, decoder, damaged);
  const frame = smallest(raw, withBases);
  // Back in the room that is shared: sent as a message it would be copied, with all of the buffer that it lies in.
  new Uint8Array(task.block).set(frame);
  const result = { length: frame.length, usedDictionary: frame === withBases, damaged };
  freeBuffer(frame);
  return result;
}

function smallest(raw: Uint8Array, withBases: Buffer | null): Buffer {
  if (withBases === null) return compress(raw, null);
  if (withBases.length < raw.length * CLEARLY_SMALL) return withBases;
  const plain = compress(raw, null);
  const [chosen, other] = withBases.length < plain.length * WORTH_IT ? [withBases, plain] : [plain, withBases];
  freeBuffer(other);
  return chosen;
}

/** Null without usable bases. */
function compressWithBases(
  raw: Uint8Array,
  task: EncodeTask,
  decoder: BlockDecoder,
  damaged: EncodeResult['damaged'],
): Buffer | null {
  if (task.dictionary.length === 0) return null;
  const recipes = new Map<string, Recipe>(task.recipes.map((recipe) => [recipe.key, recipe]));
  try {
    return decoder.lendJoined(task.dictionary, recipes, (dictionary) => {
      const isFormatted = DICTIONARY_MAGIC.every((byte, i) => dictionary[i] === byte);
      return isFormatted || dictionary.length < 8 ? null : compress(raw, dictionary);
    });
  } catch (error) {
    if (!(error instanceof DamagedBlockError)) throw error;
    damaged.push(error.damaged);
    return null;
  }
}

function compress(raw: Uint8Array, dictionary: Buffer | null): Buffer {
  // Room for all of the output lets zstd work in one go, without buffers of its own.
  const sizes = { pledgedSrcSize: raw.length, chunkSize: frameRoom(raw.length) };
  if (dictionary === null) return zstdCompressSync(raw, { ...sizes, params: PLAIN });
  const bits = Math.ceil(Math.log2(raw.length + dictionary.length + 1));
  return zstdCompressSync(raw, {
    dictionary,
    ...sizes,
    params: {
      ...PLAIN,
      [constants.ZSTD_c_windowLog]: Math.max(bits, 12),
      // Without room for every position of the bases most of them would not be found.
      [constants.ZSTD_c_hashLog]: Math.min(Math.max(bits - 2, 12), 20),
      // Shorter matches lead astray in rows that look alike.
      [constants.ZSTD_c_minMatch]: 7,
    },
  });
}
