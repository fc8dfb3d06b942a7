import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FileRole, Manifest } from '../../src/core/manifest/manifest.ts';
import type { DumpDocuments, ManifestDraft, Repository } from '../../src/worker/repository/repository.ts';
import { sampleDatabase, sampleFacts } from './sample-facts.ts';

const facts = sampleFacts({
  server: { version: '15.1', version_num: 150001 },
  database: sampleDatabase({ name: 'sample', oid: 1, size_bytes: 1 }),
});

export const documents: DumpDocuments = {
  facts,
  content: { schemas: [], tables: [], extensions: [], roles: [], large_objects: 0 },
  globalsSql: '-- roles\n',
};

/** Documents that share nothing with those of another database. */
function documentsOf(name: string): DumpDocuments {
  return {
    facts: { ...facts, database: { ...facts.database, name } },
    content: { ...documents.content, schemas: [name] },
    globalsSql: `-- roles of ${name}\n`,
  };
}

export function draft(uuid: string, startedAt: Date, jobId: number | null): ManifestDraft {
  return {
    uuid,
    worker: { id: 1, name: 'worker', root_id: '0198c0de-0000-7000-8000-000000000001' },
    job: { id: jobId },
    instance: { id: 1, name: 'instance', host: 'local', port: 5432 },
    dbname: 'sample\n  "hostile": "name',
    dump_type: 'full',
    schemas: [],
    tables: [],
    options: [],
    trigger_kind: 'manual',
    due_at: null,
    started_at: startedAt,
    ended_at: startedAt,
    outcome: 'ok',
    warnings: [],
    server_version: '15.1',
    server_version_num: 150001,
    tool_version: '15.1',
    pgsnapman_version: '0.0.0-dev',
    trusted: true,
    database_bytes: 1,
    table_count: 1,
    row_count: 1,
  };
}

/** What a file of this name is in a directory dump. */
export function roleOf(path: string): FileRole {
  if (path === 'toc.dat') return 'toc';
  if (/^\d+\.dat$/.test(path)) return 'table_data';
  return /^blob_/.test(path) ? 'large_object' : 'other';
}

let started = Date.UTC(2026, 0, 1);

/** Stores files (name to content, or to `{ file }`) as one dump. Each call is a day later than the one before. */
export async function storeDump(
  repository: Repository,
  files: Readonly<Record<string, Uint8Array | { file: string }>>,
  options: { jobId?: number | null; uuid?: string; database?: string } = {},
): Promise<Manifest> {
  started += 86_400_000;
  const uuid = options.uuid ?? randomUUID();
  const jobId = options.jobId === undefined ? 1 : options.jobId;
  const startedAt = new Date(started);
  const writer = await repository.begin({ uuid, startedAt, jobId });
  try {
    await Promise.all(
      Object.entries(files).map(([path, content]) =>
        writer.addFile(roleOf(path), path, content instanceof Uint8Array ? Readable.from([content]) : content),
      ),
    );
    const named = options.database === undefined ? documents : documentsOf(options.database);
    return (await writer.commit(draft(uuid, startedAt, jobId), named)).manifest;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
