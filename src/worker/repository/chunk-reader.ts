import { PgSnapManError } from '../../core/errors.ts';
import { type ClusterFacts, clusterFactsSchema } from '../../core/facts/cluster-facts.ts';
import { type DatabaseFacts, databaseFactsSchema } from '../../core/facts/database-facts.ts';
import { type ScriptFacts, scriptFactsSchema } from '../../core/facts/script-facts.ts';
import type { DumpState } from '../../core/manifest/dump-state.ts';
import type { Manifest, StoredFile } from '../../core/manifest/manifest.ts';
import { type DumpContent, dumpContentSchema } from '../../core/model/results.ts';
import { type ListedFile, parseDumpList } from '../../core/repository/dump-list.ts';
import { BlockCatalog } from './block-catalog.ts';
import { type DocumentName, type DumpPlace, readDocument } from './dump-documents.ts';
import { findDump, listDumps } from './dump-folder.ts';
import { readDumpState } from './dump-state.ts';
import { materializeFiles } from './materialize.ts';
import type { DumpReader, UnreadableDump } from './repository.ts';
import { type RepositoryFile, readRepositoryFile } from './repository-file.ts';
import { ThreadPool } from './thread/thread-pool.ts';

/**
 * Opens the repository of another worker, or a copy of it, for reading. Nothing is written to it, not even a lease: if
 * its owner prunes meanwhile, a dump may be gone while it is read, and reading fails.
 * @throws PgSnapManError configuration when there is none, or a newer pgsnapman made it
 */
export async function openMirror(directory: string): Promise<DumpReader> {
  return new ChunkReader(directory, await readRepositoryFile(directory), true);
}

/** Reads dumps from a folder that may be all there is. */
export class ChunkReader implements DumpReader {
  protected readonly directory: string;
  protected readonly file: RepositoryFile;
  protected readonly pool: ThreadPool;
  readonly #isMirror: boolean;

  /** @param isMirror true: nothing may be written to it, not even what is damaged */
  constructor(directory: string, file: RepositoryFile, isMirror: boolean) {
    this.directory = directory;
    this.file = file;
    this.#isMirror = isMirror;
    this.pool = new ThreadPool(file.parameters);
  }

  list(): Promise<{ manifests: Manifest[]; unreadable: UnreadableDump[] }> {
    return listDumps(this.directory);
  }

  async manifest(uuid: string): Promise<{ manifest: Manifest; manifestSha256: string } | null> {
    const found = await findDump(this.directory, uuid);
    return found === null ? null : { manifest: found.manifest, manifestSha256: found.manifestSha256 };
  }

  async facts(uuid: string): Promise<DatabaseFacts> {
    return databaseFactsSchema.parse(JSON.parse(await this.#document(uuid, 'facts.json')));
  }

  async clusterFacts(uuid: string): Promise<ClusterFacts> {
    return clusterFactsSchema.parse(JSON.parse(await this.#document(uuid, 'facts.json')));
  }

  async scriptFacts(uuid: string): Promise<ScriptFacts> {
    return scriptFactsSchema.parse(JSON.parse(await this.#document(uuid, 'facts.json')));
  }

  async content(uuid: string): Promise<DumpContent> {
    return dumpContentSchema.parse(JSON.parse(await this.#document(uuid, 'content.json')));
  }

  globalsSql(uuid: string): Promise<string> {
    return this.#document(uuid, 'globals.sql');
  }

  async files(uuid: string): Promise<StoredFile[]> {
    const files = parseDumpList(await this.#document(uuid, 'list'));
    return files.map(({ extents: _, ...file }) => file);
  }

  async materialize(uuid: string, directory: string, wants: (file: StoredFile) => boolean = () => true): Promise<void> {
    await this.#reading(uuid, async (place, catalog) => {
      const list: ListedFile[] = parseDumpList(await readDocument(place, 'list', catalog, this.pool));
      await materializeFiles(place, list.filter(wants), directory, catalog, this.pool);
    });
  }

  async state(uuid: string): Promise<DumpState | null> {
    const found = await findDump(this.directory, uuid);
    return found === null ? null : readDumpState(this.directory, found.folder);
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  #document(uuid: string, name: DocumentName): Promise<string> {
    return this.#reading(uuid, (place, catalog) => readDocument(place, name, catalog, this.pool));
  }

  /** Runs `work` on a dump under a lease that was taken before the dump was looked up. */
  async #reading<T>(uuid: string, work: (place: DumpPlace, catalog: BlockCatalog) => Promise<T>): Promise<T> {
    return this.leased(async () => {
      const found = await findDump(this.directory, uuid);
      if (found === null) {
        throw new PgSnapManError('not_found', `there is no dump ${uuid} in the repository`, 'look at dump list');
      }
      const place = {
        repository: this.directory,
        isMirror: this.#isMirror,
        folder: `dumps/${found.folder}`,
        manifest: found.manifest,
      };
      return await work(place, new BlockCatalog(this.directory));
    });
  }

  /** Runs what reads. Nobody need be told here. */
  protected leased<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }
}
