import { join } from 'node:path';
import type { Manifest } from '../../core/manifest/manifest.ts';
import type { BlockSet } from '../../core/repository/block-set.ts';
import { type ListedFile, parseDumpList } from '../../core/repository/dump-list.ts';
import type { BlockCatalog } from './block-catalog.ts';
import { noteDamage } from './damage.ts';
import { damagedDump, readFileOfDump } from './damaged-dump.ts';
import { sha256Of } from './dump-folder.ts';
import { DOCUMENTS_FILE, NEEDS_FILE } from './paths.ts';
import { readSlices } from './read-slices.ts';
import type { ThreadPool } from './thread/thread-pool.ts';

/** Documents of a dump: stored like its files, listed in `documents` in its folder. */
export type DocumentName = 'list' | 'facts.json' | 'content.json' | 'globals.sql';

export interface DumpPlace {
  /** The repository. */
  repository: string;
  /** The folder of the dump below it: `dumps/…` or `trash/…`. */
  folder: string;
  manifest: Manifest;
  /** True: nothing may be written there. */
  isMirror?: boolean;
}

/** @throws DamagedDumpError when the file is missing or its hash does not agree with the manifest */
async function readSide(place: DumpPlace, name: string): Promise<string> {
  const expected = place.manifest.side_files.find((file) => file.name === name);
  const bytes = await readFileOfDump(join(place.repository, place.folder, name), place.folder, name);
  if (expected === undefined) throw damagedDump(place.folder, `its manifest does not know ${name}`);
  if (sha256Of(bytes) !== expected.sha256) throw damagedDump(place.folder, `${name} is not what was stored`);
  return bytes.toString('utf8');
}

export async function readDocumentList(place: DumpPlace): Promise<ListedFile[]> {
  const text = await readSide(place, DOCUMENTS_FILE);
  try {
    return parseDumpList(text);
  } catch (error) {
    throw damagedDump(place.folder, (error as Error).message);
  }
}

/** Adds all blocks that a dump needs, bases included, to sets. */
export async function readNeeds(place: DumpPlace, ...sets: BlockSet[]): Promise<void> {
  const text = await readSide(place, NEEDS_FILE);
  try {
    for (const needs of sets) needs.addFormatted(text);
  } catch (error) {
    throw damagedDump(place.folder, (error as Error).message);
  }
}

/** The bytes of one document. @throws DamagedDumpError when they cannot be had as they were stored */
export async function readDocument(
  place: DumpPlace,
  name: DocumentName,
  catalog: BlockCatalog,
  pool: ThreadPool,
): Promise<string> {
  const file = (await readDocumentList(place)).find((entry) => entry.path === name);
  if (file === undefined) throw damagedDump(place.folder, `${name} is not in it`);
  return Buffer.from(await readWhole(place, file, catalog, pool)).toString('utf8');
}

/** All bytes of a small file. */
async function readWhole(
  place: DumpPlace,
  file: ListedFile,
  catalog: BlockCatalog,
  pool: ThreadPool,
): Promise<Uint8Array> {
  const slices = await catalog.slices(file.extents).catch((error: Error) => {
    throw damagedDump(place.folder, `${file.path}: ${error.message}`);
  });
  const result = await readSlices(slices, catalog, pool);
  if (!place.isMirror) await noteDamage(place.repository, result.damaged);
  const reason = result.damaged.map((block) => `block ${block.key} ${block.reason}`).join(', ');
  if (result.bytes === null) throw damagedDump(place.folder, `${file.path} cannot be read: ${reason}`);
  if (result.sha256 !== file.sha256) throw damagedDump(place.folder, `${file.path} is not what was stored`);
  return result.bytes;
}
