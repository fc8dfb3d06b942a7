import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { v7 } from 'uuid';
import type { FileRole } from '../../../../src/core/manifest/manifest.ts';
import type { DumpWriter, ManifestDraft, Repository } from '../../../../src/worker/repository/repository.ts';
import { sampleFacts } from '../../core/dump/sample-facts.ts';

export const STARTED = new Date('2026-03-14T02:15:00.123Z');

/** A folder that is removed when the test file ends. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'pgsm-repository-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

export function draft(uuid: string): ManifestDraft {
  return {
    uuid,
    worker: { id: 1, name: 'w1', root_id: v7() },
    job: { id: 7 },
    instance: { id: 1, name: 'db1', host: 'db1', port: 5432 },
    dbname: 'shop',
    dump_type: 'full',
    schemas: [],
    tables: [],
    options: [],
    trigger_kind: 'manual',
    due_at: null,
    started_at: STARTED,
    ended_at: new Date(STARTED.getTime() + 60_000),
    outcome: 'ok',
    warnings: [],
    server_version: '15.18',
    server_version_num: 150_018,
    tool_version: '15.18',
    pgsnapman_version: '0.1.0',
    trusted: true,
    database_bytes: 1000,
    table_count: 1,
    row_count: 2,
  };
}

export const DOCUMENTS = {
  facts: sampleFacts(),
  content: { schemas: ['public'], tables: [], extensions: [], roles: ['postgres'], large_objects: 0 },
  globalsSql: '-- roles\n',
};

export type Files = Record<string, [role: FileRole, content: string | Buffer]>;

export const FILES: Files = {
  'toc.dat': ['toc', 'contents'],
  '1.dat': ['table_data', `${'some row\n'.repeat(1000)}\\.\n\n\n`],
  'blob_7.dat': ['large_object', Buffer.alloc(0)],
};

export async function addFiles(writer: DumpWriter, files: Files): Promise<void> {
  await Promise.all(
    Object.entries(files).map(([path, [role, content]]) =>
      writer.addFile(role, path, Readable.from([Buffer.from(content)])),
    ),
  );
}

/** Puts a dump of these files into the repository; returns its uuid. */
export async function putDump(repository: Repository, files: Files = FILES, uuid = v7()): Promise<string> {
  const writer = await repository.begin({ uuid, startedAt: STARTED, jobId: 7 });
  await addFiles(writer, files);
  await writer.commit(draft(uuid), DOCUMENTS);
  return uuid;
}
