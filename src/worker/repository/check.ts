import { access } from 'node:fs/promises';
import { errorText } from '../../core/errors.ts';
import { BlockSet } from '../../core/repository/block-set.ts';
import { type ListedFile, parseDumpList } from '../../core/repository/dump-list.ts';
import { BlockCatalog } from './block-catalog.ts';
import { CheckProblems } from './check-problems.ts';
import { knownDamage } from './damage.ts';
import { UnreadableNowError } from './damaged-dump.ts';
import { type DumpPlace, readDocument, readDocumentList, readNeeds } from './dump-documents.ts';
import { dumpFolders, isFolderOf, readManifest } from './dump-folder.ts';
import { type BlockRow, blockKey } from './pack-index.ts';
import { CHUNKS, PACK, packPath } from './paths.ts';
import { readBack } from './read-back.ts';
import type { CheckOptions, CheckReport } from './repository.ts';
import type { ThreadPool } from './thread/thread-pool.ts';

interface CheckParts {
  repository: string;
  catalog: BlockCatalog;
  pool: ThreadPool;
  problems: CheckProblems;
}

/**
 * Checks that everything the manifests name is there and fits together; with `readData` also every byte of it. Damaged
 * blocks are remembered, so that the next dump stores their content again.
 */
export async function checkRepository(
  repository: string,
  pool: ThreadPool,
  options: CheckOptions,
): Promise<CheckReport> {
  const catalog = new BlockCatalog(repository);
  const problems = new CheckProblems();
  const parts = { repository, catalog, pool, problems };
  const needed = new BlockSet();
  const { dump } = options;
  const folders = (await dumpFolders(repository)).filter((name) => dump === undefined || isFolderOf(name, dump));
  for (const folder of folders) await checkDump(parts, folder, needed);
  const sample = options.readData === true ? (options.sample ?? 1) : 0;
  const rows = await checkBlocks(parts, needed, sample < 1);
  const readBytes = sample > 0 ? await readBack(parts, rows, sample) : 0;
  return { dumps: folders.length, blocks: needed.size, readBytes, problems: await problems.list(repository, folders) };
}

async function checkDump(parts: CheckParts, folder: string, needed: BlockSet): Promise<void> {
  const { repository, catalog, pool, problems } = parts;
  const subject = `dumps/${folder}`;
  try {
    const { manifest } = await readManifest(repository, folder);
    const place: DumpPlace = { repository, folder: subject, manifest };
    const needs = new BlockSet();
    await readNeeds(place, needs, needed);
    const documents = await readDocumentList(place);
    const files = parseDumpList(await readDocument(place, 'list', catalog, pool));
    await checkLists([...documents, ...files], needs, catalog, (reason) => problems.add(subject, reason, folder));
  } catch (error) {
    if (error instanceof UnreadableNowError) throw error;
    problems.add(subject, errorText(error), folder);
  }
}

/** Lists must add up, and everything that they lead to must be among what the dump says it needs. */
async function checkLists(
  files: readonly ListedFile[],
  needs: BlockSet,
  catalog: BlockCatalog,
  report: (reason: string) => void,
): Promise<void> {
  const reached = new BlockSet();
  for (const file of files) {
    const slices = await catalog.slices(file.extents, reached);
    const bytes = slices.reduce((sum, slice) => sum + slice.length, 0);
    if (bytes !== file.size_bytes) report(`the list of ${file.path} does not add up to its size`);
  }
  for (const { pack, block } of reached.all()) {
    if (!needs.has(pack, block)) report(`block ${blockKey(pack, block)} is not among what it says it needs`);
  }
}

/**
 * Every needed block is in an index, and whole in its pack. Returns the rows of those that are known.
 * @param withKnown also name blocks that were found damaged before: they may not be read this time
 */
async function checkBlocks(parts: CheckParts, needed: BlockSet, withKnown: boolean): Promise<BlockRow[]> {
  const { repository, catalog, problems } = parts;
  const known = withKnown ? await knownDamage(repository) : new Set<string>();
  const rows: BlockRow[] = [];
  const homes = new Map<string, BlockRow>();
  for (const block of needed.all()) {
    await catalog.load([block.pack]);
    const row = catalog.row(block.pack, block.block);
    if (row === undefined) {
      const reason = catalog.problems.get(block.pack) ?? 'its index lacks a block';
      problems.addBlock(`packs/${block.pack}`, reason, block);
      continue;
    }
    rows.push(row);
    if (!homes.has(row.home)) homes.set(row.home, row);
    const key = blockKey(row.pack, row.block);
    const size = await catalog.packSize(row.home);
    const path = `packs/${row.home}${PACK}`;
    if (size === 0) problems.addBlock(path, 'is missing or empty', block);
    else if (size < row.offset + row.stored) problems.addBlock(path, 'is shorter than its index says', block);
    else if (known.has(key)) problems.addBlock(`block ${key}`, 'was found damaged before', block);
  }
  for (const row of homes.values()) await checkChunkIndex(parts, row);
  return rows;
}

/** The index of chunks is not needed to restore: nobody is hurt, but the next dump finds fewer duplicates. */
async function checkChunkIndex({ repository, catalog, problems }: CheckParts, row: BlockRow): Promise<void> {
  const path = packPath(repository, row.home, CHUNKS);
  await catalog.chunks(row).catch(async () => {
    const reason = await access(path).then(
      () => 'is damaged',
      () => 'is missing',
    );
    problems.add(path.slice(repository.length + 1), reason, null);
  });
}
