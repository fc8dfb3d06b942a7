import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkSession } from '../run/work-session.ts';

const DAY_MS = 24 * 60 * 60_000;

/**
 * Removes files of the root directory that are older than messages are kept: logs of runs, the log that was put aside,
 * and queue and spool files that were set aside as broken. By the file system's own clock.
 */
export async function removeOldFiles({ worker }: WorkSession, keepDays: number): Promise<number> {
  const { log, queue, spool } = worker.root;
  const before = Date.now() - keepDays * DAY_MS;
  let removed = 0;
  for (const folder of [join(log, 'runs'), join(queue, 'broken'), join(spool, 'broken')]) {
    for (const name of await readdir(folder).catch(() => [])) removed += await removeIfOld(join(folder, name), before);
  }
  for (const name of await readdir(log).catch(() => [])) {
    if (/^worker\.jsonl\./.test(name)) removed += await removeIfOld(join(log, name), before);
  }
  return removed;
}

async function removeIfOld(path: string, before: number): Promise<number> {
  const found = await stat(path).catch(() => null);
  if (found === null || !found.isFile() || found.mtimeMs >= before) return 0;
  await rm(path, { force: true });
  return 1;
}
