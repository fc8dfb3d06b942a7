import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Manifest, manifestSchema } from '../../core/manifest/manifest.ts';
import { BlockSet } from '../../core/repository/block-set.ts';
import type { ListedFile } from '../../core/repository/dump-list.ts';
import { faultPoint } from '../fault.ts';
import { syncDirectory, writeDurably } from '../files/durable.ts';
import type { BlockCatalog } from './block-catalog.ts';
import { dumpFolderName, sha256Of } from './dump-folder.ts';
import type { DumpIdentity, ManifestDraft } from './repository.ts';

/** All blocks that files need, bases included. @throws Error when one is in no index */
export async function neededBlocks(files: readonly ListedFile[], catalog: BlockCatalog): Promise<BlockSet> {
  const needs = new BlockSet();
  const missing: string[] = [];
  for (const { extents } of files) {
    for (const { pack, first, last } of extents) {
      for (let block = first; block <= last; block += 1) missing.push(...(await catalog.close(pack, block, needs)));
    }
  }
  if (missing.length > 0) throw new Error(`blocks of the new dump are in no index: ${missing.slice(0, 3).join(', ')}`);
  return needs;
}

/** Bytes that blocks take in their packs. */
export function storedBytesOf(needs: BlockSet, catalog: BlockCatalog): number {
  let bytes = 0;
  for (const { pack, block } of needs.all()) bytes += catalog.row(pack, block)?.stored ?? 0;
  return bytes;
}

export interface ManifestParts {
  repositoryId: string;
  files: readonly ListedFile[];
  /** Files beside the manifest, by name. */
  texts: Readonly<Record<string, string>>;
  neededBytes: number;
  /** Written into packs for this dump. */
  newBytes: number;
}

export function manifestOf(draft: ManifestDraft, parts: ManifestParts): Manifest {
  const sideFiles = Object.entries(parts.texts).map(([name, text]) => ({
    name,
    sha256: sha256Of(text),
    size_bytes: Buffer.byteLength(text),
  }));
  const small = sideFiles.reduce((sum, file) => sum + file.size_bytes, 0);
  return manifestSchema.parse({
    ...draft,
    format: 1,
    repository_id: parts.repositoryId,
    raw_bytes: parts.files.reduce((sum, file) => sum + file.size_bytes, 0),
    stored_bytes: parts.neededBytes + small,
    new_bytes: parts.newBytes + small,
    side_files: sideFiles,
  });
}

/**
 * Makes a dump visible. Each file is written and synced, in the order given (the manifest last), then the folder is renamed
 * to its place, which is the commit.
 * @param folder a folder of the writer's own, on the same file system
 */
export async function publishDump(
  repository: string,
  folder: string,
  identity: DumpIdentity,
  texts: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(texts)) await writeDurably(join(folder, name), text);
  faultPoint('repository.folder-written');
  faultPoint('dump.before-manifest');
  const dumps = join(repository, 'dumps');
  await rename(folder, join(dumps, dumpFolderName(identity)));
  await syncDirectory(dumps);
}
