import type { Readable } from 'node:stream';
import type { DatabaseFacts } from '../../core/facts/database-facts.ts';
import type { FileRole, Manifest, StoredFile } from '../../core/manifest/manifest.ts';
import type { DumpContent } from '../../core/model/results.ts';

/** What a writer is told before anything is stored; it names the dump's folder. */
export interface DumpIdentity {
  uuid: string;
  startedAt: Date;
  jobId: number | null;
}

/** Everything that the manifest says but the writer works out itself. */
export type ManifestDraft = Omit<
  Manifest,
  'format' | 'repository_id' | 'raw_bytes' | 'stored_bytes' | 'new_bytes' | 'side_files'
>;

export interface DumpDocuments {
  facts: DatabaseFacts;
  content: DumpContent;
  /** Roles and the database's settings as SQL, for people who restore without us. */
  globalsSql: string;
}

export interface StoredFileSummary {
  sha256: string;
  sizeBytes: number;
  rows: number | null;
}

/** Takes one dump in. Nothing of it is visible before `commit` has returned. */
export interface DumpWriter {
  /**
   * Stores one file. `path` is its name in the directory dump. A `table_data` file must end as COPY data ends; one that
   * does not throws. Several calls may run at a time.
   */
  addFile(role: FileRole, path: string, stream: Readable): Promise<StoredFileSummary>;
  /** Writes documents, list of files and at last the manifest; returns it as written, with its SHA-256. */
  commit(draft: ManifestDraft, documents: DumpDocuments): Promise<{ manifest: Manifest; manifestSha256: string }>;
  /** Forgets the dump; what was stored and nobody else needs is left to pruning. */
  abort(): Promise<void>;
}

export interface RepositoryStatus {
  repositoryId: string;
  formatVersion: number;
  dumpCount: number;
  rawBytes: number;
  storedBytes: number;
  freeBytes: number;
}

/** A worker's store of dumps. Readers trust manifests only; every byte that is read is checked against its hash. */
export interface Repository {
  readonly id: string;
  begin(identity: DumpIdentity): Promise<DumpWriter>;
  /** Manifests of all dumps, oldest first; unreadable ones are reported, not hidden. */
  list(): Promise<{ manifests: Manifest[]; unreadable: { folder: string; reason: string }[] }>;
  /** Null: no such dump. */
  manifest(uuid: string): Promise<{ manifest: Manifest; manifestSha256: string } | null>;
  /** @throws PgSnapManError not_found, or run_failed when a hash does not agree */
  facts(uuid: string): Promise<DatabaseFacts>;
  content(uuid: string): Promise<DumpContent>;
  files(uuid: string): Promise<StoredFile[]>;
  /** Writes the dump (or the files that `wants` accepts) as a pg_dump directory into `directory`, which must not exist. */
  materialize(uuid: string, directory: string, wants?: (file: StoredFile) => boolean): Promise<void>;
  status(): Promise<RepositoryStatus>;
}
