import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import pLimit from 'p-limit';
import { PgSnapManError } from '../../core/errors.ts';
import type { FileRole, Manifest } from '../../core/manifest/manifest.ts';
import type { BlockSet } from '../../core/repository/block-set.ts';
import { formatDumpList, type ListedFile } from '../../core/repository/dump-list.ts';
import type { StoreParameters } from '../../core/repository/parameters.ts';
import { faultPoint } from '../fault.ts';
import { BlockCatalog } from './block-catalog.ts';
import { BlockIntake } from './block-intake.ts';
import { ChunkTable } from './chunk-table.ts';
import { damageFile, noteDamage } from './damage.ts';
import { MANIFEST_FILE, sha256Of } from './dump-folder.ts';
import { takeFile } from './file-intake.ts';
import { healBlocks } from './heal.ts';
import type { Lease } from './leases.ts';
import { DOCUMENTS_FILE, NEEDS_FILE, STATE_FILE } from './paths.ts';
import { manifestOf, neededBlocks, publishDump, storedBytesOf } from './publish-dump.ts';
import { loadReferences } from './references.ts';
import type { DumpDocuments, DumpIdentity, DumpWriter, ManifestDraft, StoredFileSummary } from './repository.ts';
import type { FileSource } from './scan-source.ts';
import { storageError } from './storage-error.ts';
import type { ThreadPool } from './thread/thread-pool.ts';

export interface WriterParts {
  repository: string;
  repositoryId: string;
  parameters: StoreParameters;
  pool: ThreadPool;
  lease: Lease;
}

/**
 * Takes one dump in. Order of writes: packs with their indexes (see PackWriter), then into a folder of our own in `tmp`
 * the lists and at last the manifest (each fsync), that folder (fsync), its rename to `dumps/…`, which is the commit,
 * and `dumps` (fsync). Whoever dies before the rename leaves nothing that a reader would see; pruning removes the rest.
 */
export class ChunkDumpWriter implements DumpWriter {
  readonly #parts: WriterParts;
  readonly #identity: DumpIdentity;
  readonly #catalog: BlockCatalog;
  readonly #table: ChunkTable;
  readonly #blocks: BlockIntake;
  readonly #limit;
  readonly #files: ListedFile[] = [];
  readonly #damaged: Set<string>;
  #ended = false;

  /** Loads what the dump is compared with. The lease must have been taken before. */
  static async open(parts: WriterParts, identity: DumpIdentity): Promise<ChunkDumpWriter> {
    const catalog = new BlockCatalog(parts.repository);
    const table = new ChunkTable(parts.parameters.features);
    const damaged = await loadReferences(parts.repository, identity.jobId, catalog, parts.pool, table);
    return new ChunkDumpWriter(parts, identity, catalog, table, damaged);
  }

  private constructor(
    parts: WriterParts,
    identity: DumpIdentity,
    catalog: BlockCatalog,
    table: ChunkTable,
    damaged: Set<string>,
  ) {
    this.#parts = parts;
    this.#identity = identity;
    this.#catalog = catalog;
    this.#table = table;
    this.#damaged = damaged;
    const { repository, parameters, pool, lease } = parts;
    this.#blocks = new BlockIntake({ repository, leaseId: lease.id, parameters, pool, catalog, table });
    this.#limit = pLimit({ concurrency: pool.size, rejectOnClear: true });
  }

  async addFile(role: FileRole, path: string, source: Readable | FileSource): Promise<StoredFileSummary> {
    const file = await this.#take(role, path, source);
    this.#files.push(file);
    faultPoint('dump.object-stored');
    return { sha256: file.sha256, sizeBytes: file.size_bytes, rows: file.rows };
  }

  async commit(
    draft: ManifestDraft,
    documents: DumpDocuments,
  ): Promise<{ manifest: Manifest; manifestSha256: string }> {
    let doing = 'storing the dump in the repository';
    try {
      const stored = await this.#finish(documents);
      doing = 'writing the manifest of the dump';
      return await this.#commit(draft, stored);
    } catch (error) {
      throw storageError(error, doing);
    }
  }

  async abort(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#limit.clearQueue();
    await this.#blocks.discard();
    await rm(this.#ownFolder(), { recursive: true, force: true });
    this.#parts.lease.release();
  }

  async #take(role: FileRole, path: string, source: Readable | FileSource): Promise<ListedFile> {
    const { pool, parameters } = this.#parts;
    const parts = { pool, blocks: this.#blocks, table: this.#table, parameters };
    const taken = await this.#limit(() => takeFile(parts, source, role === 'table_data')).catch((error: unknown) => {
      throw storageError(error, `storing file ${path} in the repository`);
    });
    const { sha256, sizeBytes, rows, extents } = taken;
    return { path, role, sha256, size_bytes: sizeBytes, rows, extents };
  }

  /** Everything that the dump needs is in packs and durable; returns where its documents are. */
  async #finish(documents: DumpDocuments): Promise<ListedFile[]> {
    await this.#blocks.closeBlocks(); // documents are read alone: no need to decompress tables with them
    const stored = await this.#storeDocuments(documents);
    await this.#blocks.finish();
    return stored;
  }

  async #commit(draft: ManifestDraft, stored: readonly ListedFile[]) {
    await noteDamage(this.#parts.repository, this.#blocks.damaged);
    const needs = await neededBlocks([...this.#files, ...stored], this.#catalog);
    const healed = await this.#heal(needs);
    const texts = { [DOCUMENTS_FILE]: formatDumpList(stored), [NEEDS_FILE]: needs.format() };
    const manifest = manifestOf(draft, {
      repositoryId: this.#parts.repositoryId,
      files: this.#files,
      texts,
      neededBytes: storedBytesOf(needs, this.#catalog),
      newBytes: this.#blocks.newBytes,
    });
    const text = asJson(manifest);
    const published = { ...texts, [STATE_FILE]: asJson({}), [MANIFEST_FILE]: text };
    await publishDump(this.#parts.repository, this.#ownFolder(), this.#identity, published);
    for (const key of healed) await rm(damageFile(this.#parts.repository, key), { force: true });
    this.#ended = true;
    this.#parts.lease.release();
    return { manifest, manifestSha256: sha256Of(text) };
  }

  async #storeDocuments(documents: DumpDocuments): Promise<ListedFile[]> {
    const texts = {
      list: formatDumpList(this.#files.toSorted((a, b) => (a.path < b.path ? -1 : 1))),
      'facts.json': asJson(documents.facts),
      'content.json': asJson(documents.content),
      'globals.sql': documents.globalsSql,
    };
    const stored: ListedFile[] = [];
    for (const [name, text] of Object.entries(texts)) {
      stored.push(await this.#take('other', name, Readable.from([Buffer.from(text)])));
    }
    return stored;
  }

  /** Puts right what this dump brought again; refuses to be built on what turned out to be damaged meanwhile. */
  async #heal(needs: BlockSet): Promise<string[]> {
    const hurt = this.#blocks.damaged.filter(({ key }) => needs.has(...splitKey(key)));
    if (hurt.length > 0) {
      throw new PgSnapManError(
        'run_failed',
        `stored data turned out to be damaged while the dump was compared with it (${hurt.length} blocks)`,
        'take the dump again: damaged data is stored anew; see repo check',
      );
    }
    if (this.#damaged.size === 0) return [];
    const { repository, lease, parameters, pool } = this.#parts;
    return healBlocks(
      { repository, packName: `${lease.id}heal`, parameters, pool },
      this.#damaged,
      this.#catalog,
      this.#table,
    );
  }

  #ownFolder(): string {
    return join(this.#parts.repository, 'tmp', this.#parts.lease.id);
  }
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}

function splitKey(key: string): [pack: string, block: number] {
  const [pack = '', block] = key.split(':');
  return [pack, Number(block)];
}
