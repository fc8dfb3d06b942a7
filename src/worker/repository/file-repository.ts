import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { errorText, PgSnapManError } from '../../core/errors.ts';
import { type DatabaseFacts, databaseFactsSchema } from '../../core/facts/database-facts.ts';
import { type Manifest, type StoredFile, storedFilesSchema } from '../../core/manifest/manifest.ts';
import { type DumpContent, dumpContentSchema } from '../../core/model/results.ts';
import { writeDurably } from '../files/durable.ts';
import { dumpFolders, type FoundManifest, findDump, readManifest, readSideFile } from './dump-folder.ts';
import { FileDumpWriter } from './file-dump-writer.ts';
import { forEachLimited } from './for-each-limited.ts';
import { readObject } from './object-store.ts';
import type { DumpIdentity, DumpWriter, Repository, RepositoryStatus } from './repository.ts';
import { FORMAT_VERSION, REPOSITORY_FILE, type RepositoryFile, readRepositoryFile } from './repository-file.ts';
import { freeBytes, treeBytes } from './room.ts';
import { storageError } from './storage-error.ts';
import { openWriterFolder } from './writer-folder.ts';

/** Files that are read or written at a time, and manifests. */
const FILES_AT_A_TIME = 4;
const FOLDERS = ['objects', 'dumps', 'tmp'];

/**
 * Makes an empty repository in a new or empty folder; `repository.json` comes last, so that a half-made one is none.
 * @throws PgSnapManError configuration when something is there already
 */
export async function createRepository(directory: string): Promise<Repository> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const there = (await readdir(directory)).filter((name) => !FOLDERS.includes(name));
  if (there.length > 0) {
    throw new PgSnapManError(
      'configuration',
      `${directory} is not empty`,
      'a repository is made in a new or an empty folder',
    );
  }
  for (const name of FOLDERS) await mkdir(join(directory, name), { recursive: true, mode: 0o700 });
  const file: RepositoryFile = {
    format_version: FORMAT_VERSION,
    id: randomUUID(),
    created_at: new Date().toISOString(),
    store: 'files',
  };
  await writeDurably(join(directory, REPOSITORY_FILE), `${JSON.stringify(file, null, 1)}\n`);
  return await openRepository(directory);
}

/** @throws PgSnapManError configuration when there is none, or a newer pgsnapman made it */
export async function openRepository(directory: string): Promise<Repository> {
  const file = await readRepositoryFile(directory);
  return new FileRepository(directory, file);
}

/** The store that keeps every file of a dump whole, as one compressed object named by its SHA-256. */
class FileRepository implements Repository {
  readonly id: string;
  private readonly directory: string;
  private readonly formatVersion: number;

  constructor(directory: string, file: RepositoryFile) {
    this.directory = directory;
    this.id = file.id;
    this.formatVersion = file.format_version;
  }

  async begin(identity: DumpIdentity): Promise<DumpWriter> {
    const own = await openWriterFolder(this.directory, identity.uuid).catch((error: unknown) => {
      throw storageError(error, 'beginning a dump in the repository');
    });
    return new FileDumpWriter(this.directory, this.id, identity, own);
  }

  async list(): Promise<{ manifests: Manifest[]; unreadable: { folder: string; reason: string }[] }> {
    const limit = pLimit(FILES_AT_A_TIME);
    const manifests: Manifest[] = [];
    const unreadable: { folder: string; reason: string }[] = [];
    const read = async (folder: string) => {
      try {
        return await readManifest(this.directory, folder);
      } catch (error) {
        return { folder, reason: errorText(error) };
      }
    };
    const folders = await dumpFolders(this.directory);
    for (const found of await Promise.all(folders.map((folder) => limit(read, folder)))) {
      if ('reason' in found) unreadable.push(found);
      else manifests.push(found.manifest);
    }
    return { manifests: manifests.sort((a, b) => a.started_at.getTime() - b.started_at.getTime()), unreadable };
  }

  async manifest(uuid: string): Promise<{ manifest: Manifest; manifestSha256: string } | null> {
    const found = await findDump(this.directory, uuid);
    return found === null ? null : { manifest: found.manifest, manifestSha256: found.manifestSha256 };
  }

  async facts(uuid: string): Promise<DatabaseFacts> {
    return readSideFile(this.directory, await this.find(uuid), 'facts.json', databaseFactsSchema);
  }

  async content(uuid: string): Promise<DumpContent> {
    return readSideFile(this.directory, await this.find(uuid), 'content.json', dumpContentSchema);
  }

  async files(uuid: string): Promise<StoredFile[]> {
    return readSideFile(this.directory, await this.find(uuid), 'files.json', storedFilesSchema);
  }

  async materialize(uuid: string, directory: string, wants: (file: StoredFile) => boolean = () => true): Promise<void> {
    const files = (await this.files(uuid)).filter(wants);
    await mkdir(directory, { mode: 0o700 });
    try {
      await forEachLimited(files, FILES_AT_A_TIME, async (file) => {
        await readObject(this.directory, file, join(directory, file.path)).catch((error: unknown) => {
          throw storageError(error, `writing file ${file.path} of the dump`);
        });
      });
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  async status(): Promise<RepositoryStatus> {
    const { manifests } = await this.list();
    return {
      repositoryId: this.id,
      formatVersion: this.formatVersion,
      dumpCount: manifests.length,
      rawBytes: manifests.reduce((sum, manifest) => sum + manifest.raw_bytes, 0),
      storedBytes:
        (await treeBytes(join(this.directory, 'objects'))) + (await treeBytes(join(this.directory, 'dumps'))),
      freeBytes: await freeBytes(this.directory),
    };
  }

  private async find(uuid: string): Promise<FoundManifest> {
    const found = await findDump(this.directory, uuid);
    if (found !== null) return found;
    throw new PgSnapManError('not_found', `there is no dump ${uuid} in the repository`, 'look at dump list');
  }
}
