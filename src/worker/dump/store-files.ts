import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArchiveFile, archiveFiles, largeObjectLists, TOC_FILE } from '../../core/dump/archive-files.ts';
import { PgSnapManError } from '../../core/errors.ts';
import { type StoredFile, storedFileSchema } from '../../core/manifest/manifest.ts';
import { parseToc, type Toc } from '../../core/postgres/toc.ts';
import { forEachLimited } from '../repository/for-each-limited.ts';
import type { DumpWriter } from '../repository/repository.ts';
import { bytesOf, type StagedFile, stagedFiles } from './staging.ts';

const FILES_AT_A_TIME = 4;
const REPORT_EVERY_MS = 500;

export interface Archive {
  toc: Toc;
  /** Every file that must be there. */
  files: ArchiveFile[];
}

/**
 * Reads what a finished dump says of itself.
 * @throws PgSnapManError run_failed when its table of contents or a list of large objects is missing or not complete
 */
export async function readArchive(directory: string): Promise<Archive> {
  const toc = parseToc(await read(directory, TOC_FILE));
  const lists: string[] = [];
  for (const path of largeObjectLists(toc)) lists.push((await read(directory, path)).toString('latin1'));
  return { toc, files: archiveFiles(toc, lists) };
}

async function read(directory: string, path: string): Promise<Buffer> {
  return await readFile(join(directory, path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new PgSnapManError('run_failed', `file ${path} of the dump is missing`, 'look at the log of the run');
  });
}

export interface StoreOptions {
  directory: string;
  archive: Archive;
  writer: DumpWriter;
  signal: AbortSignal;
  onProgress(
    done: { bytes: number; items: number; item: string | null },
    total: { bytes: number; items: number },
  ): void;
}

/**
 * Takes every file of a dump into the repository, largest first, and removes it from staging. Files that the table of
 * contents does not name are stored too: what pg_dump wrote is what a restore gets.
 */
export async function storeFiles(options: StoreOptions): Promise<StoredFile[]> {
  const { directory, archive, signal } = options;
  const roles = new Map(archive.files.map((file) => [file.path, file.role]));
  const staged = (await stagedFiles(directory)).sort((a, b) => b.sizeBytes - a.sizeBytes);
  const stored: StoredFile[] = [];
  const meter = new Meter(options, staged);
  const names = namesOf(archive.toc);
  try {
    await forEachLimited(staged, FILES_AT_A_TIME, async ({ path }) => {
      signal.throwIfAborted();
      meter.begin(path, names.get(path) ?? path);
      const role = roles.get(path) ?? 'other';
      const source = { file: join(directory, path), signal, onRead: (bytes: number) => meter.add(bytes) };
      const { sha256, sizeBytes, rows } = await options.writer.addFile(role, path, source);
      stored.push(storedFileSchema.parse({ path, role, sha256, size_bytes: sizeBytes, rows }));
      meter.end(path);
      await rm(join(directory, path));
    });
  } finally {
    meter.close();
  }
  return stored;
}

/** What people know a file of data by: `schema.table`. */
function namesOf(toc: Toc): Map<string, string> {
  const names = new Map<string, string>();
  for (const { fileName, desc, namespace, tag } of toc.entries) {
    if (fileName !== null && desc === 'TABLE DATA') names.set(fileName, `${namespace}.${tag}`);
  }
  return names;
}

/** Adds up what has been read, also of files that are not finished, and reports it now and then. */
class Meter {
  private readonly options: StoreOptions;
  private readonly total: { bytes: number; items: number };
  private readonly running = new Map<string, string>();
  private readonly timer: NodeJS.Timeout;
  private bytes = 0;
  private items = 0;

  constructor(options: StoreOptions, staged: readonly StagedFile[]) {
    this.options = options;
    this.total = { bytes: bytesOf(staged), items: staged.length };
    this.timer = setInterval(() => this.report(), REPORT_EVERY_MS);
    this.report();
  }

  begin(path: string, item: string): void {
    this.running.set(path, item);
  }

  add(bytes: number): void {
    this.bytes += bytes;
  }

  end(path: string): void {
    this.items += 1;
    this.running.delete(path);
  }

  close(): void {
    clearInterval(this.timer);
    this.report();
  }

  private report(): void {
    const item = this.running.values().next().value ?? null;
    this.options.onProgress({ bytes: this.bytes, items: this.items, item }, this.total);
  }
}
