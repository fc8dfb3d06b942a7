import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ZodType } from 'zod';
import { errorText } from '../../core/errors.ts';
import { type Manifest, manifestSchema } from '../../core/manifest/manifest.ts';
import { damagedDump, readFileOfDump, UnreadableNowError } from './damaged-dump.ts';
import { forEachLimited } from './for-each-limited.ts';
import type { DumpIdentity, UnreadableDump } from './repository.ts';

export const MANIFEST_FILE = 'manifest.json';

export interface FoundManifest {
  folder: string;
  manifest: Manifest;
  manifestSha256: string;
}

/**
 * `20260314T021500Z-7-9c1f3c2a`: time of the start, job (0: none), last digits of the uuid (its first ones are the time
 * again: the same for two dumps within a minute). Nothing from a database.
 */
export function dumpFolderName({ startedAt, jobId, uuid }: DumpIdentity): string {
  const time = startedAt.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${jobId ?? 0}-${uuid.slice(-8)}`;
}

/** True if the folder has the name that a dump of this uuid gets. */
export function isFolderOf(folder: string, uuid: string): boolean {
  return folder.endsWith(`-${uuid.slice(-8)}`);
}

export function sha256Of(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Names of the folders of dumps, oldest first. */
export async function dumpFolders(repository: string): Promise<string[]> {
  const entries = await readdir(join(repository, 'dumps'), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/**
 * Reads a dump's manifest.
 * @throws DamagedDumpError when it is missing or cannot be understood, UnreadableNowError
 */
export async function readManifest(repository: string, folder: string): Promise<FoundManifest> {
  const bytes = await readFileOfDump(join(repository, 'dumps', folder, MANIFEST_FILE), folder, 'its manifest');
  const manifest = parse(bytes, manifestSchema, () => damagedDump(folder, 'its manifest cannot be understood'));
  return { folder, manifest, manifestSha256: sha256Of(bytes) };
}

/** Manifests that are read at a time. */
export const FILES_AT_A_TIME = 8;

/** Manifests of all dumps, oldest first, and the folders whose manifest cannot be read. */
export async function listDumps(repository: string): Promise<{ manifests: Manifest[]; unreadable: UnreadableDump[] }> {
  const manifests: Manifest[] = [];
  const unreadable: UnreadableDump[] = [];
  await forEachLimited(await dumpFolders(repository), FILES_AT_A_TIME, async (folder) => {
    try {
      manifests.push((await readManifest(repository, folder)).manifest);
    } catch (error) {
      unreadable.push({ folder, reason: errorText(error), damaged: !(error instanceof UnreadableNowError) });
    }
  });
  return { manifests: manifests.sort((a, b) => a.started_at.getTime() - b.started_at.getTime()), unreadable };
}

/** The dump of this uuid; null: none. A folder of its name whose manifest cannot be read throws. */
export async function findDump(repository: string, uuid: string): Promise<FoundManifest | null> {
  const folders = await dumpFolders(repository);
  for (const folder of folders.filter((name) => isFolderOf(name, uuid))) {
    const found = await readManifest(repository, folder);
    if (found.manifest.uuid === uuid) return found;
  }
  return null;
}

function parse<T>(bytes: Uint8Array, schema: ZodType<T>, failed: () => Error): T {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    throw failed();
  }
}
