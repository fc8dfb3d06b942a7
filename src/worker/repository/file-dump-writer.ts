import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type FileRole, type Manifest, manifestSchema, type StoredFile } from '../../core/manifest/manifest.ts';
import { faultPoint } from '../fault.ts';
import { syncDirectory, writeDurably } from '../files/durable.ts';
import { dumpFolderName, MANIFEST_FILE, sha256Of } from './dump-folder.ts';
import { type StoredObject, storeObject } from './object-store.ts';
import type { DumpDocuments, DumpIdentity, DumpWriter, ManifestDraft, StoredFileSummary } from './repository.ts';
import { storageError } from './storage-error.ts';
import type { WriterFolder } from './writer-folder.ts';

const asJson = (value: unknown) => `${JSON.stringify(value, null, 1)}\n`;

/**
 * Takes one dump in. Order of writes: objects (temporary file, fsync, rename), the folders of the objects (fsync), the
 * documents and at last the manifest into a folder of our own (each fsync), that folder (fsync), its rename to `dumps/…`,
 * which is the commit, and `dumps` (fsync). Whoever dies before the rename leaves no trace that a reader would see.
 */
export class FileDumpWriter implements DumpWriter {
  private readonly repository: string;
  private readonly repositoryId: string;
  private readonly identity: DumpIdentity;
  private readonly own: WriterFolder;
  private readonly files: StoredFile[] = [];
  private readonly objects = new Map<string, StoredObject>();
  private readonly changedFolders = new Set<string>();
  private begun = 0;

  constructor(repository: string, repositoryId: string, identity: DumpIdentity, own: WriterFolder) {
    this.repository = repository;
    this.repositoryId = repositoryId;
    this.identity = identity;
    this.own = own;
  }

  async addFile(role: FileRole, path: string, stream: Readable): Promise<StoredFileSummary> {
    const temporary = join(this.own.path, `${++this.begun}.zst`);
    const object = await storeObject(this.repository, temporary, role, stream).catch((error: unknown) => {
      throw storageError(error, `storing file ${path} in the repository`);
    });
    const { sha256, sizeBytes, rows } = object;
    if (object.changedFolder !== null) this.changedFolders.add(object.changedFolder);
    const earlier = this.objects.get(sha256);
    this.objects.set(sha256, { ...object, newBytes: object.newBytes + (earlier?.newBytes ?? 0) });
    this.files.push({ path, role, sha256, size_bytes: sizeBytes, rows });
    faultPoint('dump.object-stored');
    return { sha256, sizeBytes, rows };
  }

  async commit(
    draft: ManifestDraft,
    documents: DumpDocuments,
  ): Promise<{ manifest: Manifest; manifestSha256: string }> {
    try {
      return await this.writeAll(draft, documents);
    } catch (error) {
      throw storageError(error, 'writing the manifest of the dump');
    }
  }

  private async writeAll(draft: ManifestDraft, documents: DumpDocuments) {
    for (const folder of this.changedFolders) await syncDirectory(folder);
    if (this.changedFolders.size > 0) await syncDirectory(join(this.repository, 'objects'));
    const folder = join(this.own.path, 'dump');
    await mkdir(folder, { mode: 0o700 });
    const texts = {
      'files.json': asJson(this.files.toSorted((a, b) => (a.path < b.path ? -1 : 1))),
      'facts.json': asJson(documents.facts),
      'content.json': asJson(documents.content),
      'globals.sql': documents.globalsSql,
    };
    for (const [name, text] of Object.entries(texts)) await writeDurably(join(folder, name), text);
    const manifest = this.manifestOf(draft, texts);
    const text = asJson(manifest);
    await writeDurably(join(folder, MANIFEST_FILE), text);
    faultPoint('dump.before-manifest');
    await rename(folder, join(this.repository, 'dumps', dumpFolderName(this.identity)));
    await syncDirectory(join(this.repository, 'dumps'));
    await this.own.remove().catch(() => {}); // the dump is there; the next writer removes what is left
    return { manifest, manifestSha256: sha256Of(text) };
  }

  private manifestOf(draft: ManifestDraft, texts: Readonly<Record<string, string>>): Manifest {
    const sideFiles = Object.entries(texts).map(([name, text]) => ({
      name,
      sha256: sha256Of(text),
      size_bytes: Buffer.byteLength(text),
    }));
    const small = sideFiles.reduce((sum, file) => sum + file.size_bytes, 0);
    const objects = [...this.objects.values()];
    return manifestSchema.parse({
      ...draft,
      format: 1,
      repository_id: this.repositoryId,
      raw_bytes: this.files.reduce((sum, file) => sum + file.size_bytes, 0),
      stored_bytes: small + objects.reduce((sum, object) => sum + object.storedBytes, 0),
      new_bytes: small + objects.reduce((sum, object) => sum + object.newBytes, 0),
      side_files: sideFiles,
    });
  }

  async abort(): Promise<void> {
    await this.own.remove();
  }
}
