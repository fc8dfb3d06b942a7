import { readdirSync } from 'node:fs';
import { access, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { entryName, inOrder, type QueueEntry } from '../../core/queue/queue-entry.ts';
import { removeDurably, TEMPORARY_PREFIX } from '../files/durable.ts';
import { BrokenFileError, readJson, writeJson } from '../files/json-file.ts';

const SUFFIX = '.json';
/** Files that could not be read are kept here, for people. */
const SET_ASIDE = 'broken';

/**
 * The work that is due, one file per entry in the folder `queue/`. Whoever adds, picks or removes holds the queue's lock
 * (queueLock in run/work-session.ts), except that a run removes its own entry when it has ended.
 */
export interface Queue {
  /** All entries in the order in which they start; files that cannot be read are set aside and named in `broken`. */
  list(): Promise<{ entries: QueueEntry[]; broken: string[] }>;
  /** What was set aside since this was asked last, whoever listed: for the one who tells the administrator. */
  takeBroken(): string[];
  /** The entry as it is now; undefined: it is not there any more. */
  reread(entry: QueueEntry): Promise<QueueEntry | undefined>;
  /** False: one of that name is there already, and stays. */
  add(entry: QueueEntry): Promise<boolean>;
  update(entry: QueueEntry): Promise<void>;
  remove(entry: QueueEntry): Promise<void>;
}

export function openQueue(folder: string): Queue {
  const pathOf = (entry: QueueEntry): string => join(folder, entryName(entry) + SUFFIX);
  const untold: string[] = [];
  return {
    takeBroken: () => untold.splice(0),
    async list() {
      const entries: QueueEntry[] = [];
      const broken: string[] = [];
      for (const name of namesIn(folder)) {
        const entry = await readOrSetAside(folder, name, broken);
        if (entry !== undefined) entries.push(entry);
      }
      untold.push(...broken);
      return { entries: inOrder(entries), broken };
    },
    async reread(entry) {
      const now = await readEntry(pathOf(entry));
      return now?.uuid === entry.uuid ? now : undefined;
    },
    async add(entry) {
      if (await exists(pathOf(entry))) return false;
      await writeJson(pathOf(entry), entry);
      return true;
    },
    update: (entry) => writeJson(pathOf(entry), entry),
    remove: (entry) => removeDurably(pathOf(entry)),
  };
}

async function readEntry(path: string): Promise<QueueEntry | undefined> {
  const { queueEntrySchema } = await import('../../core/queue/queue-entry-schema.ts');
  return readJson(path, queueEntrySchema);
}

async function readOrSetAside(folder: string, name: string, broken: string[]): Promise<QueueEntry | undefined> {
  try {
    return await readEntry(join(folder, name));
  } catch (error) {
    if (!(error instanceof BrokenFileError)) throw error;
    await setAside(folder, name);
    broken.push(error.message);
    return undefined;
  }
}

/** Moves a file that cannot be used to `broken/` beside it. */
export async function setAside(folder: string, name: string): Promise<void> {
  await mkdir(join(folder, SET_ASIDE), { recursive: true, mode: 0o700 });
  await rename(join(folder, name), join(folder, SET_ASIDE, name));
}

/** Names of the JSON files in a folder, without those that are being written. */
export function namesIn(folder: string): string[] {
  const names = readdirSync(folder);
  return names.filter((name) => name.endsWith(SUFFIX) && !name.startsWith(TEMPORARY_PREFIX)).sort();
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
