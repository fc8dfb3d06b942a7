import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { TEMPORARY_PREFIX } from '../files/durable.ts';
import { runLogFolder } from './run-log.ts';
import { putAside, workerLogPath } from './worker-log.ts';

const DAY_MS = 24 * 60 * 60_000;
/** A worker's log that is smaller goes on the next day. */
const WORTH_A_FILE_BYTES = 1024 * 1024;

/**
 * Puts a long log of the worker aside, compresses logs that nobody has written to for a day, and removes those that are
 * older than `keepDays`. Killed anywhere, the next one goes on: a log is removed when its compressed file has its name. Ages are by
 * the file system's own clock.
 */
export async function rotateLogs(logFolder: string, keepDays: number): Promise<void> {
  const size = (await stat(workerLogPath(logFolder)).catch(() => null))?.size ?? 0;
  if (size > WORTH_A_FILE_BYTES) putAside(logFolder, new Date());
  for (const folder of [logFolder, runLogFolder(logFolder)]) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (name === 'worker.jsonl' || !/\.(?:jsonl|log)(?:\.gz)?$/.test(name)) continue;
      await keepOrCompress(folder, name, keepDays);
    }
  }
}

async function keepOrCompress(folder: string, name: string, keepDays: number): Promise<void> {
  const path = join(folder, name);
  const found = await stat(path).catch(() => null);
  if (found === null || !found.isFile()) return;
  const age = Date.now() - found.mtimeMs;
  if (age > keepDays * DAY_MS || name.startsWith(TEMPORARY_PREFIX)) await rm(path, { force: true });
  else if (age > DAY_MS && !name.endsWith('.gz')) await compress(folder, name, found.mtime);
}

async function compress(folder: string, name: string, writtenAt: Date): Promise<void> {
  const temporary = join(folder, `${TEMPORARY_PREFIX}${name}.gz`);
  await pipeline(createReadStream(join(folder, name)), createGzip(), createWriteStream(temporary, { mode: 0o600 }));
  await utimes(temporary, writtenAt, writtenAt);
  await rename(temporary, join(folder, `${name}.gz`));
  await rm(join(folder, name), { force: true });
}
