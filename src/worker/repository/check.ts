import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../../core/errors.ts';
import { BlockSet } from '../../core/repository/block-set.ts';
import { type ListedFile, parseDumpList } from '../../core/repository/dump-list.ts';
import { BlockCatalog } from './block-catalog.ts';
import { damageFile, knownDamage, noteDamage } from './damage.ts';
import { type DumpPlace, readDocument, readDocumentList, readNeeds } from './dump-documents.ts';
import { dumpFolders, isFolderOf, readManifest } from './dump-folder.ts';
import { type BlockRow, blockKey } from './pack-index.ts';
import { CHUNKS, PACK, packPath } from './paths.ts';
import type { CheckOptions, CheckProblem, CheckReport } from './repository.ts';
import type { ThreadPool } from './thread/thread-pool.ts';

/** Raw bytes read back per task of a thread. */
const TASK_BYTES = 64 * 1024 * 1024;

/** Collects problems: one entry for each thing that is damaged, with all dumps that it hurts. */
class Problems {
  readonly #found = new Map<string, CheckProblem>();

  add(subject: string, reason: string, dumps: readonly string[]): void {
    const problem = this.#found.get(subject);
    if (problem === undefined) this.#found.set(subject, { subject, reason, dumps: [...dumps] });
    else problem.dumps = [...new Set([...problem.dumps, ...dumps])];
  }

  list(): CheckProblem[] {
    return [...this.#found.values()];
  }
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
  const problems = new Problems();
  const users = new Map<string, { pack: string; block: number; dumps: string[] }>();
  const { dump } = options;
  const folders = (await dumpFolders(repository)).filter((name) => dump === undefined || isFolderOf(name, dump));
  for (const folder of folders) await checkDump(repository, folder, catalog, pool, problems, users);
  const rows = await checkBlocks(repository, catalog, problems, users, options);
  const readBytes =
    options.readData === true ? await readBack(repository, rows, catalog, pool, options, problems, users) : 0;
  return { dumps: folders.length, blocks: users.size, readBytes, problems: problems.list() };
}

type Users = Map<string, { pack: string; block: number; dumps: string[] }>;

async function checkDump(
  repository: string,
  folder: string,
  catalog: BlockCatalog,
  pool: ThreadPool,
  problems: Problems,
  users: Users,
): Promise<void> {
  const subject = `dumps/${folder}`;
  try {
    const { manifest } = await readManifest(repository, folder);
    const place: DumpPlace = { repository, folder: subject, manifest };
    const needs = new BlockSet();
    await readNeeds(place, needs);
    for (const pack of needs.packs()) {
      for (const block of needs.blocks(pack)) addUser(users, pack, block, folder);
    }
    const documents = await readDocumentList(place);
    const files = parseDumpList(await readDocument(place, 'list', catalog, pool));
    await checkLists([...documents, ...files], needs, catalog, (reason) => problems.add(subject, reason, [folder]));
  } catch (error) {
    problems.add(subject, errorText(error), [folder]);
  }
}

function addUser(users: Users, pack: string, block: number, folder: string): void {
  const key = blockKey(pack, block);
  const user = users.get(key);
  if (user === undefined) users.set(key, { pack, block, dumps: [folder] });
  else user.dumps.push(folder);
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
    const slices = await catalog.slices(file.extents);
    const bytes = slices.reduce((sum, slice) => sum + slice.length, 0);
    if (bytes !== file.size_bytes) report(`the list of ${file.path} does not add up to its size`);
    for (const slice of slices) await catalog.close(slice.pack, slice.block, reached);
  }
  for (const pack of reached.packs()) {
    for (const block of reached.blocks(pack)) {
      if (!needs.has(pack, block)) report(`block ${blockKey(pack, block)} is not among what it says it needs`);
    }
  }
}

/** Every needed block is in an index, and whole in its pack. Returns the rows of those that are. */
async function checkBlocks(
  repository: string,
  catalog: BlockCatalog,
  problems: Problems,
  users: Users,
  options: CheckOptions,
): Promise<BlockRow[]> {
  const rows: BlockRow[] = [];
  const readsAll = options.readData === true && (options.sample ?? 1) >= 1;
  const known = readsAll ? new Set<string>() : await knownDamage(repository);
  const packs = new Map<string, string[]>();
  for (const [key, { pack, block, dumps }] of users) {
    await catalog.load([pack]);
    const row = catalog.row(pack, block);
    if (row === undefined)
      problems.add(`packs/${pack}`, catalog.problems.get(pack) ?? 'its index lacks a block', dumps);
    else {
      rows.push(row);
      packs.set(row.home, [...new Set([...(packs.get(row.home) ?? []), ...dumps])]);
      const size = await catalog.packSize(row.home);
      if (size === 0) problems.add(`packs/${row.home}${PACK}`, 'is missing or empty', dumps);
      else if (size < row.offset + row.stored)
        problems.add(`packs/${row.home}${PACK}`, 'is shorter than its index says', dumps);
      else if (known.has(key)) problems.add(`block ${key}`, 'was found damaged before', dumps);
    }
  }
  for (const [pack] of packs) await checkChunkIndex(repository, pack, catalog, rows, problems);
  return rows;
}

/** The index of chunks is not needed to restore: nobody is hurt, but the next dump finds fewer duplicates. */
async function checkChunkIndex(
  repository: string,
  pack: string,
  catalog: BlockCatalog,
  rows: readonly BlockRow[],
  problems: Problems,
): Promise<void> {
  const row = rows.find((candidate) => candidate.home === pack);
  if (row === undefined) return;
  const path = packPath(repository, pack, CHUNKS).slice(repository.length + 1);
  await catalog.chunks(row).catch(async () => {
    const missing = await readFile(join(repository, path)).then(
      () => false,
      () => true,
    );
    problems.add(path, missing ? 'is missing' : 'is damaged', []);
  });
}

async function readBack(
  repository: string,
  rows: readonly BlockRow[],
  catalog: BlockCatalog,
  pool: ThreadPool,
  options: CheckOptions,
  problems: Problems,
  users: Users,
): Promise<number> {
  const sample = options.sample ?? 1;
  const chosen = rows.filter(() => sample >= 1 || Math.random() < sample).sort(inReadingOrder);
  const known = await knownDamage(repository);
  let bytes = 0;
  for (let at = 0; at < chosen.length; ) {
    const tasks: Promise<void>[] = [];
    for (let thread = 0; thread < pool.size && at < chosen.length; thread += 1) {
      let taskBytes = 0;
      const part: BlockRow[] = [];
      for (; at < chosen.length && taskBytes < TASK_BYTES; at += 1) {
        const row = chosen[at] as BlockRow;
        part.push(row);
        taskBytes += row.raw;
      }
      bytes += taskBytes;
      tasks.push(verify(repository, part, catalog, pool, problems, users, known));
    }
    await Promise.all(tasks);
  }
  return bytes;
}

function inReadingOrder(a: BlockRow, b: BlockRow): number {
  return a.home < b.home ? -1 : a.home > b.home ? 1 : a.offset - b.offset;
}

async function verify(
  repository: string,
  rows: readonly BlockRow[],
  catalog: BlockCatalog,
  pool: ThreadPool,
  problems: Problems,
  users: Users,
  known: ReadonlySet<string>,
): Promise<void> {
  const blocks = [];
  for (const row of rows) {
    const none = { ids: new Uint8Array(0), lengths: new Uint32Array(0) };
    const { ids, lengths } = await catalog.chunks(row).catch(() => none);
    blocks.push({ key: blockKey(row.pack, row.block), ids: ids.slice(), lengths: lengths.slice() });
  }
  const { damaged } = await pool.run({ kind: 'verify', blocks, recipes: catalog.recipes(rows) });
  await noteDamage(repository, damaged);
  const bad = new Set(damaged.map(({ key }) => key));
  for (const { key } of blocks)
    if (known.has(key) && !bad.has(key)) await rm(damageFile(repository, key), { force: true });
  for (const { key, reason } of damaged) problems.add(`block ${key}`, reason, users.get(key)?.dumps ?? []);
}
