import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isClusterDump } from '../../core/cluster-dump/cluster-command.ts';
import { errorText } from '../../core/errors.ts';
import type { Manifest } from '../../core/manifest/manifest.ts';
import { isScriptDump } from '../../core/script/script-dump.ts';
import { faultPoint } from '../fault.ts';
import type { CopyReport, DumpDocuments, DumpWriter, Repository } from './repository.ts';

/**
 * Copies all dumps that the other repository lacks, oldest first, so that its dumps build on each other as here. Each is
 * written there as any dump is: it is there completely or not at all, and a copy that was interrupted goes on.
 * @param staging a folder that does not exist, for one file at a time
 */
export async function copyDumps(from: Repository, to: Repository, staging: string): Promise<CopyReport> {
  const { manifests } = await from.list();
  const there = new Set((await to.list()).manifests.map((manifest) => manifest.uuid));
  const missing = manifests.filter((manifest) => !there.has(manifest.uuid));
  const report: CopyReport = { copied: [], present: manifests.length - missing.length, failed: [] };
  for (const { uuid } of missing) {
    try {
      await copyDump(from, to, uuid, staging);
      report.copied.push(uuid);
    } catch (error) {
      report.failed.push({ uuid, reason: errorText(error) });
    }
  }
  return report;
}

async function copyDump(from: Repository, to: Repository, uuid: string, staging: string): Promise<void> {
  const found = await from.manifest(uuid);
  if (found === null) throw new Error('it has been removed meanwhile');
  const { manifest } = found;
  const documents = {
    facts: await factsOf(from, manifest),
    content: await from.content(uuid),
    globalsSql: await from.globalsSql(uuid),
  };
  const writer = await to.begin({ uuid, startedAt: manifest.started_at, jobId: manifest.job.id });
  try {
    await copyFiles(from, writer, uuid, staging);
    await writer.commit(manifest, documents);
    const state = await from.state(uuid);
    if (state !== null) await to.setState(uuid, state);
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

function factsOf(from: Repository, manifest: Manifest): Promise<DumpDocuments['facts']> {
  if (isScriptDump(manifest)) return from.scriptFacts(manifest.uuid);
  return isClusterDump(manifest) ? from.clusterFacts(manifest.uuid) : from.facts(manifest.uuid);
}

/** One file at a time, so that the room needed in between is that of the largest file. */
async function copyFiles(from: Repository, writer: DumpWriter, uuid: string, staging: string): Promise<void> {
  await mkdir(staging, { mode: 0o700 });
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
