import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DumpState } from '../../core/manifest/dump-state.ts';
import type { RepositoryStatus } from '../../core/model/repository-status.ts';
import type { StoreParameters } from '../../core/repository/parameters.ts';
import { checkRepository } from './check.ts';
import { ChunkDumpWriter } from './chunk-dump-writer.ts';
import { ChunkReader } from './chunk-reader.ts';
import { copyDumps } from './copy.ts';
import { dumpFolders, FILES_AT_A_TIME, findDump, readManifest } from './dump-folder.ts';
import { readDumpState, writeDumpState } from './dump-state.ts';
import { forEachLimited } from './for-each-limited.ts';
import { type Lease, takeLease } from './leases.ts';
import { makeRepositoryFiles } from './make-repository.ts';
import { prune } from './prune.ts';
import { trashDump } from './remove-dump.ts';
import { repairRepository } from './repair.ts';
import type {
  CheckOptions,
  CheckReport,
  CopyReport,
  DumpIdentity,
  DumpWriter,
  PruneOptions,
  PruneReport,
  RepairReport,
  Repository,
} from './repository.ts';
import { REPOSITORY_COPY, REPOSITORY_FILE, type RepositoryFile, readRepositoryFile } from './repository-file.ts';
import { checkRepositoryFiles, writeRepositoryFiles } from './repository-files.ts';
import { freeBytes, treeBytes } from './room.ts';
import { storageError } from './storage-error.ts';

/**
 * Makes an empty repository in a new or empty folder.
 * @throws PgSnapManError configuration when something is there already
 */
export async function createRepository(
  directory: string,
  parameters: Partial<StoreParameters> = {},
): Promise<Repository> {
  await makeRepositoryFiles(directory, parameters);
  return await openRepository(directory);
}

/** @throws PgSnapManError configuration when there is none, or a newer pgsnapman made it */
export async function openRepository(directory: string): Promise<Repository> {
  return new ChunkRepository(directory, await readRepositoryFile(directory));
}

/** The repository in a folder, made there if the folder is new or empty. @throws PgSnapManError configuration */
export async function openOrCreateRepository(directory: string): Promise<Repository> {
  const isThere = [REPOSITORY_FILE, REPOSITORY_COPY].some((name) => existsSync(join(directory, name)));
  return isThere ? openRepository(directory) : createRepository(directory);
}

/** The store that cuts files into chunks and compresses new ones against similar older ones. */
class ChunkRepository extends ChunkReader implements Repository {
  readonly id: string;

  constructor(directory: string, file: RepositoryFile) {
    super(directory, file, false);
    this.id = file.id;
  }

  async begin(identity: DumpIdentity): Promise<DumpWriter> {
    const lease = takeLease(join(this.directory, 'leases'));
    try {
      await writeRepositoryFiles(this.directory, this.file);
      const { parameters, id: repositoryId } = this.file;
      const parts = { repository: this.directory, repositoryId, parameters, pool: this.pool, lease };
      return await ChunkDumpWriter.open(parts, identity);
    } catch (error) {
      lease.release();
      throw storageError(error, 'beginning a dump in the repository');
    }
  }

  async setState(uuid: string, state: DumpState): Promise<boolean> {
    const found = await findDump(this.directory, uuid);
    return found !== null && (await writeDumpState(this.directory, found.folder, state));
  }

  async states(): Promise<Map<string, DumpState>> {
    const states = new Map<string, DumpState>();
    await forEachLimited(await dumpFolders(this.directory), FILES_AT_A_TIME, async (folder) => {
      const found = await readManifest(this.directory, folder).catch(() => null);
      if (found !== null) states.set(found.manifest.uuid, await readDumpState(this.directory, folder));
    });
    return states;
  }

  async remove(uuid: string): Promise<boolean> {
    const found = await findDump(this.directory, uuid);
    if (found === null) return false;
    await trashDump(this.directory, found.folder);
    return true;
  }

  async check(options: CheckOptions = {}): Promise<CheckReport> {
    const files = options.dump === undefined ? await checkRepositoryFiles(this.directory) : [];
    const report = await this.leased(() => checkRepository(this.directory, this.pool, options));
    return { ...report, problems: [...files, ...report.problems] };
  }

  async prune(options: PruneOptions = {}): Promise<PruneReport> {
    return await prune(this.directory, this.file.parameters, this.pool, options).catch((error: unknown) => {
      throw storageError(error, 'pruning the repository');
    });
  }

  async repair(options: { exportTo?: string } = {}): Promise<RepairReport> {
    const rewrittenFiles = await writeRepositoryFiles(this.directory, this.file);
    const report = await this.leased(() => repairRepository(this.directory, this.pool, options));
    return { rewrittenFiles, ...report };
  }

  async copyTo(other: Repository): Promise<CopyReport> {
    return this.leased((lease) => copyDumps(this, other, join(this.directory, 'tmp', lease.id)));
  }

  async status(): Promise<RepositoryStatus> {
    const { manifests } = await this.list();
    return {
      repositoryId: this.id,
      formatVersion: this.file.format_version,
      dumpCount: manifests.length,
      rawBytes: manifests.reduce((sum, manifest) => sum + manifest.raw_bytes, 0),
      storedBytes: (await treeBytes(join(this.directory, 'packs'))) + (await treeBytes(join(this.directory, 'dumps'))),
      freeBytes: await freeBytes(this.directory),
    };
  }

  protected override async leased<T>(work: (lease: Lease) => Promise<T>): Promise<T> {
    const lease = takeLease(join(this.directory, 'leases'));
    try {
      return await work(lease);
    } finally {
      lease.release();
    }
  }
}
