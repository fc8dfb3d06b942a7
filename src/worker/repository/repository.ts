import type { Readable } from 'node:stream';
import type { ClusterFacts } from '../../core/facts/cluster-facts.ts';
import type { DatabaseFacts } from '../../core/facts/database-facts.ts';
import type { ScriptFacts } from '../../core/facts/script-facts.ts';
import type { DumpState } from '../../core/manifest/dump-state.ts';
import type { FileRole, Manifest, StoredFile } from '../../core/manifest/manifest.ts';
import type { RepositoryStatus } from '../../core/model/repository-status.ts';
import type { DumpContent } from '../../core/model/results.ts';
import type { FileSource } from './scan-source.ts';

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
  /** What its kind of dump has: of a database, of a whole cluster, of a script. */
  facts: DatabaseFacts | ClusterFacts | ScriptFacts;
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
   * does not throws. Several calls may run at a time. A file on disk (`{ file }`) is taken in faster than a stream.
   */
  addFile(role: FileRole, path: string, source: Readable | FileSource): Promise<StoredFileSummary>;
  /** Writes documents, list of files and at last the manifest; returns it as written, with its SHA-256. */
  commit(draft: ManifestDraft, documents: DumpDocuments): Promise<{ manifest: Manifest; manifestSha256: string }>;
  /** Forgets the dump; what was stored and nobody else needs is left to pruning. */
  abort(): Promise<void>;
}

export interface CheckOptions {
  /** Read every block that a dump needs, and compare its chunks with their ids. */
  readData?: boolean;
  /** With `readData`: only this part of the blocks, 0 to 1, chosen at random. */
  sample?: number;
  /** Uuid of the one dump to look at; default: all. */
  dump?: string;
}

export interface CheckProblem {
  /** What is damaged: a path in the repository, or `block PACK:NUMBER`. */
  subject: string;
  reason: string;
  /** Folders of the dumps that cannot be restored because of it. */
  dumps: string[];
}

export interface CheckReport {
  dumps: number;
  blocks: number;
  /** Raw bytes of the blocks that were read back. */
  readBytes: number;
  problems: CheckProblem[];
}

export interface PruneOptions {
  /** Say what would go, remove nothing. */
  dryRun?: boolean;
}

export interface PruneReport {
  /** Packs that went (or would go), those included whose blocks moved. */
  removedPacks: number;
  /** Bytes that became free, what was written anew already taken off. */
  freedBytes: number;
  movedBlocks: number;
  /** Something else has to wait for a reader or writer that is at work. */
  postponed: boolean;
}

export interface RepairReport {
  /** Files at the top of the repository that were lost or damaged and are there again. */
  rewrittenFiles: string[];
  /** Indexes of packs that were lost or damaged and are there again. */
  rebuiltIndexes: string[];
  /** Dumps that were set aside, with the reason and where their files that could be read were written. */
  setAside: { folder: string; reason: string; exportedTo: string | null; lostFiles: string[] }[];
}

export interface CopyReport {
  copied: string[];
  present: number;
  /** Dumps that could not be read. */
  failed: { uuid: string; reason: string }[];
}

/** A folder whose manifest cannot be read. */
export interface UnreadableDump {
  folder: string;
  reason: string;
  /** False: it cannot be read just now, for lack of rights or files, and need not be damaged. */
  damaged: boolean;
}

/** What can be read of a store of dumps. Readers trust manifests only; every byte is checked against its hash. */
export interface DumpReader {
  /** Manifests of all dumps, oldest first; unreadable ones are reported, not hidden. */
  list(): Promise<{ manifests: Manifest[]; unreadable: UnreadableDump[] }>;
  /** Null: no such dump. */
  manifest(uuid: string): Promise<{ manifest: Manifest; manifestSha256: string } | null>;
  /** @throws PgSnapManError not_found, or run_failed when a hash does not agree */
  facts(uuid: string): Promise<DatabaseFacts>;
  /** Facts of a dump of a whole cluster. @throws as `facts` */
  clusterFacts(uuid: string): Promise<ClusterFacts>;
  /** Facts of a dump that a script made. @throws as `facts` */
  scriptFacts(uuid: string): Promise<ScriptFacts>;
  content(uuid: string): Promise<DumpContent>;
  globalsSql(uuid: string): Promise<string>;
  files(uuid: string): Promise<StoredFile[]>;
  /** Writes the dump (or the files that `wants` accepts) as a pg_dump directory into `directory`, which must not exist. */
  materialize(uuid: string, directory: string, wants?: (file: StoredFile) => boolean): Promise<void>;
  /** What has changed about a dump since it was made; null: no such dump. */
  state(uuid: string): Promise<DumpState | null>;
  /** Ends the threads, if any were started. A repository that is just forgotten does not keep the process alive. */
  close(): Promise<void>;
}

/** A worker's store of dumps. */
export interface Repository extends DumpReader {
  readonly id: string;
  begin(identity: DumpIdentity): Promise<DumpWriter>;
  /** False: there is no such dump (any more). */
  setState(uuid: string, state: DumpState): Promise<boolean>;
  /** The states of all dumps whose manifest can be read, by uuid. */
  states(): Promise<Map<string, DumpState>>;
  /** Takes a dump away; its room is freed by `prune`. False: there is none. */
  remove(uuid: string): Promise<boolean>;
  check(options?: CheckOptions): Promise<CheckReport>;
  /** Frees what no dump needs. @throws PgSnapManError busy, or run_failed when a manifest cannot be read */
  prune(options?: PruneOptions): Promise<PruneReport>;
  /** Sets dumps aside that cannot be read whole, after writing their readable files to `exportTo`, else beside them. */
  repair(options?: { exportTo?: string }): Promise<RepairReport>;
  /** Copies the dumps that the other repository lacks, one after the other; can be repeated until all are there. */
  copyTo(other: Repository): Promise<CopyReport>;
  status(): Promise<RepositoryStatus>;
}
