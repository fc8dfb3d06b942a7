import { readdirSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { QueueEntry } from '../../core/queue/queue-entry.ts';
import { readJson, writeJson } from '../files/json-file.ts';
import { makeAccessible } from '../files/make-accessible.ts';
import type { RunFile } from './run-file.ts';

export type { RunFile };

const RUN_FILE = 'run.json';
const WORK = 'work';
/** A folder without its description is of a process that has just begun, or died just then. */
const YOUNG_MS = 10 * 60_000;

/** Makes `staging/<uuid>` with a description of the run; returns the empty folder in it that the run works in. */
export async function beginStaging(stagingFolder: string, entry: QueueEntry, startedAt: Date): Promise<string> {
  const folder = join(stagingFolder, entry.uuid);
  await endStaging(stagingFolder, entry.uuid);
  await mkdir(join(folder, WORK), { recursive: true, mode: 0o700 });
  await writeJson(join(folder, RUN_FILE), { format: 1, started_at: startedAt, entry });
  return join(folder, WORK);
}

export function workFolder(stagingFolder: string, uuid: string): string {
  return join(stagingFolder, uuid, WORK);
}

/** True if a run has left nothing in the folder that it worked in. */
export async function isCleared(stagingFolder: string, uuid: string): Promise<boolean> {
  return (await readdir(workFolder(stagingFolder, uuid)).catch(() => [])).length === 0;
}

export async function endStaging(stagingFolder: string, uuid: string): Promise<void> {
  const folder = join(stagingFolder, uuid);
  await rm(folder, { recursive: true, force: true }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES' && error.code !== 'EPERM') throw error;
    await makeAccessible(folder); // what a script has left
    await rm(folder, { recursive: true, force: true });
  });
}

/** Makes the folder of a run, with its description, if it is not there (any more). Returns it. */
export async function keepStaging(stagingFolder: string, entry: QueueEntry, startedAt: Date): Promise<string> {
  const folder = join(stagingFolder, entry.uuid);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readRunFile(stagingFolder, entry.uuid)) === null) {
    await writeJson(join(folder, RUN_FILE), { format: 1, started_at: startedAt, entry });
  }
  return folder;
}

/** Description of a run, alive or not; null if there is none that can be read. */
export async function readRunFile(stagingFolder: string, uuid: string): Promise<RunFile | null> {
  const { runFileSchema } = await import('./run-file.ts');
  return (await readJson(join(stagingFolder, uuid, RUN_FILE), runFileSchema).catch(() => undefined)) ?? null;
}

/** What lies in staging: runs with their description, and folders that nobody will ever come back for. */
export async function listStaging(stagingFolder: string): Promise<{ runs: RunFile[]; abandoned: string[] }> {
  const runs: RunFile[] = [];
  const abandoned: string[] = [];
  for (const name of readdirSync(stagingFolder)) {
    const run = await readRunFile(stagingFolder, name);
    if (run !== null) runs.push(run);
    else if (await isOld(join(stagingFolder, name))) abandoned.push(name);
  }
  return { runs, abandoned };
}

/** By the file system's own clock, which is the one that made the folder. */
async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > YOUNG_MS;
}
