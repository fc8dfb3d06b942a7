import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorText } from '../../core/errors.ts';
import { faultPoint } from '../fault.ts';
import type { CopyReport, DumpWriter, Repository } from './repository.ts';

/**
 * Copies all dumps that the other repository lacks, oldest first, so that its dumps build on each other as here. Each is
 * written there as any dump is: it is there completely or not at all, and a copy that was interrupted goes on.
 */
export async function copyDumps(from: Repository, to: Repository): Promise<CopyReport> {
  const { manifests } = await from.list();
  const there = new Set((await to.list()).manifests.map((manifest) => manifest.uuid));
  const missing = manifests.filter((manifest) => !there.has(manifest.uuid));
  const report: CopyReport = { copied: [], present: manifests.length - missing.length, failed: [] };
  for (const { uuid } of missing) {
    try {
      await copyDump(from, to, uuid);
      report.copied.push(uuid);
    } catch (error) {
      report.failed.push({ uuid, reason: errorText(error) });
    }
  }
  return report;
}

async function copyDump(from: Repository, to: Repository, uuid: string): Promise<void> {
  const found = await from.manifest(uuid);
  if (found === null) throw new Error('it has been removed meanwhile');
  const { manifest } = found;
  const documents = {
    facts: await from.facts(uuid),
    content: await from.content(uuid),
    globalsSql: await from.globalsSql(uuid),
  };
  const writer = await to.begin({ uuid, startedAt: manifest.started_at, jobId: manifest.job.id });
  try {
    await copyFiles(from, writer, uuid);
    await writer.commit(manifest, documents);
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** One file at a time, so that the room needed in between is that of the largest file. */
async function copyFiles(from: Repository, writer: DumpWriter, uuid: string): Promise<void> {
  const staging = await mkdtemp(join(tmpdir(), 'pgsnapman-copy-'));
  try {
    for (const file of await from.files(uuid)) {
      const directory = join(staging, 'file');
      await from.materialize(uuid, directory, (candidate) => candidate.path === file.path);
      await writer.addFile(file.role, file.path, { file: join(directory, file.path) });
      await rm(directory, { recursive: true });
      faultPoint('repository.copy-file');
    }
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
