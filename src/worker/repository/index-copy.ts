import { open, stat } from 'node:fs/promises';

/**
 * A pack ends with a copy of its index of blocks, in a skippable zstd frame (RFC 8878, 3.1.2): the dictionaries of its
 * blocks are written down nowhere else. `zstd` passes over it. The frame: magic, length of what follows, the text, and
 * once more the length of the frame, so that it is found from the end.
 */
const MAGIC = 0x184d2a5e;
const FRAME_BYTES = 12;

export function formatIndexCopy(index: string): Buffer {
  const text = Buffer.from(index, 'latin1');
  const frame = Buffer.alloc(text.length + FRAME_BYTES);
  frame.writeUInt32LE(MAGIC, 0);
  frame.writeUInt32LE(text.length + 4, 4);
  text.copy(frame, 8);
  frame.writeUInt32LE(frame.length, frame.length - 4);
  return frame;
}

/** The text of the copy at the end of a pack; null: there is none. Whether it is whole, its own hash says. */
export async function readIndexCopy(pack: string): Promise<string | null> {
  const size = await stat(pack).then(
    (found) => found.size,
    () => 0,
  );
  if (size < FRAME_BYTES) return null;
  const file = await open(pack, 'r');
  try {
    const read = async (length: number, at: number) => (await file.read(Buffer.alloc(length), 0, length, at)).buffer;
    const length = (await read(4, size - 4)).readUInt32LE(0);
    if (length < FRAME_BYTES || length > size) return null;
    const frame = await read(length, size - length);
    if (frame.readUInt32LE(0) !== MAGIC || frame.readUInt32LE(4) !== length - 8) return null;
    return frame.toString('latin1', 8, length - 4);
  } finally {
    await file.close();
  }
}
