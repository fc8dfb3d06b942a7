import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { PgSnapManError } from '../../core/errors.ts';
import type { FileRole } from '../../core/manifest/manifest.ts';
import { MeasuringStream } from './measuring-stream.ts';
import { haveSameBytes } from './same-bytes.ts';

const LEVEL = 3;
const BUFFER_BYTES = 256 * 1024;

export interface StoredObject {
  sha256: string;
  sizeBytes: number;
  rows: number | null;
  /** Bytes on disk. */
  storedBytes: number;
  /** Bytes that were not there before. */
  newBytes: number;
  /** Folder whose entry changed and is not synced yet; null: nothing changed. */
  changedFolder: string | null;
}

/** `objects/ab/abcd….zst`: a whole file as one zstd frame, named by the SHA-256 of its raw bytes. */
export function objectPath(repository: string, sha256: string): string {
  return join(repository, 'objects', sha256.slice(0, 2), `${sha256}.zst`);
}

/**
 * Stores what the stream brings. Order: all bytes into a temporary file, fsync, rename to the final name; the folder is
 * synced by the caller, before anything refers to the object.
 *
 * An object of that name that is there already is trusted only if it is the same, byte for byte, as what was written just
 * now. Otherwise (damaged, cut off, or made by another version of zstd) the new file takes its place: the raw bytes are
 * the same by their hash, so nobody who needs the old one loses anything, and damage is healed by the next dump. The
 * comparison costs one more reading of the compressed file; nothing is decompressed.
 */
export async function storeObject(
  repository: string,
  temporary: string,
  role: FileRole,
  stream: Readable,
): Promise<StoredObject> {
  const measuring = new MeasuringStream(role);
  const parameters = { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_checksumFlag]: 1 };
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await pipeline(
      stream,
      measuring,
      createZstdCompress({ params: parameters, chunkSize: BUFFER_BYTES }),
      into(handle),
    );
    await handle.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  const { sha256, sizeBytes, rows } = measuring;
  const storedBytes = (await stat(temporary)).size;
  return { sha256, sizeBytes, rows, storedBytes, ...(await putInPlace(repository, temporary, sha256, storedBytes)) };
}

async function putInPlace(repository: string, temporary: string, sha256: string, storedBytes: number) {
  const final = objectPath(repository, sha256);
  const folder = join(final, '..');
  const oldBytes = await stat(final).then(
    (found) => found.size,
    () => null,
  );
  if (oldBytes === storedBytes && (await haveSameBytes(temporary, final))) {
    await rm(temporary);
    return { newBytes: 0, changedFolder: null };
  }
  await mkdir(folder, { mode: 0o700, recursive: true });
  await rename(temporary, final);
  return { newBytes: Math.max(0, storedBytes - (oldBytes ?? 0)), changedFolder: folder };
}

/**
 * Reads an object into `target`, or nowhere, and checks every byte: number and SHA-256.
 * @throws PgSnapManError run_failed when it is missing, cannot be decompressed or is not what it should be
 */
export async function readObject(
  repository: string,
  wanted: { sha256: string; size_bytes: number },
  target: string | null,
): Promise<void> {
  const measuring = new MeasuringStream('other');
  const source = createReadStream(objectPath(repository, wanted.sha256), { highWaterMark: BUFFER_BYTES });
  const sink = target === null ? nowhere() : createWriteStream(target, { flags: 'wx', mode: 0o600 });
  try {
    await pipeline(source, createZstdDecompress({ chunkSize: BUFFER_BYTES }), measuring, sink);
  } catch (error) {
    throw isDamage(error) ? damaged(wanted.sha256, whyDamaged(error)) : error;
  }
  if (measuring.sizeBytes !== wanted.size_bytes || measuring.sha256 !== wanted.sha256) {
    throw damaged(wanted.sha256, 'its content is not what was stored');
  }
}

/** Errors of zstd, and a missing object; not those of the file that is written. */
function isDamage(error: unknown): boolean {
  const { code = '', syscall, path } = error as NodeJS.ErrnoException;
  return (
    code.startsWith('ZSTD') || code.startsWith('Z_') || (code === 'ENOENT' && syscall === 'open' && isObject(path))
  );
}

const isObject = (path: string | undefined) => path?.endsWith('.zst') ?? false;

function whyDamaged(error: unknown): string {
  return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'it is missing' : 'it cannot be decompressed';
}

function damaged(sha256: string, why: string): PgSnapManError {
  return new PgSnapManError(
    'run_failed',
    `object ${sha256} of the repository is damaged: ${why}`,
    'use another dump; the next dump of the same data stores the object anew',
  );
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

/** Writes everything; the handle stays open, to be synced. */
function into(handle: FileHandle): (source: AsyncIterable<Buffer>) => Promise<void> {
  return async (source) => await handle.writeFile(source);
}
