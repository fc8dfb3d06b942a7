import { randomUUID } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { PgSnapManError } from '../../core/errors.ts';
import { readJson, writeJson } from '../files/json-file.ts';
import { checkRootDirectory, isFolderInside, lookAt } from './check-directory.ts';
import { machineId } from './machine-id.ts';

const identitySchema = z.object({
  format: z.literal(1),
  root_id: z.uuid(),
  /** Missing: taken over by hand; the next `worker init` fills it in. */
  machine_id: z.string().optional(),
  /** Where it really lies; a copy on the same machine is told by it. */
  path: z.string(),
  worker_name: z.string().nullable(),
  created_at: z.coerce.date(),
});
type RootIdentity = z.infer<typeof identitySchema>;

const FOLDERS = ['cache', 'queue', 'spool', 'state', 'staging', 'repository', 'run', 'log', 'catalog'] as const;
/** Made by whoever needs them first, with rights of their own. */
const MADE_ELSEWHERE: readonly string[] = ['repository', 'catalog'];

/** Everything that a worker keeps lies in here, with mode 0700 and 0600. */
export type RootDirectory = { readonly path: string; readonly identity: RootIdentity } & {
  /** Absolute paths: last good configuration, due work, results to upload, last ticks, runs in progress, … */
  readonly [folder in (typeof FOLDERS)[number]]: string;
};

/**
 * Makes the root directory at `path`, or completes one that is there; both as often as one likes.
 * `workerName`: whose it is; null leaves what it says.
 * @throws PgSnapManError configuration if the folder is somebody else's, holds other things, or belongs to another worker
 */
export async function initRoot(path: string, workerName: string | null = null): Promise<RootDirectory> {
  await makeRootFolder(path);
  checkRootDirectory(path);
  const place = realpathSync.native(path);
  const file = join(path, 'worker.json');
  const known = await readJson(file, identitySchema);
  if (known !== undefined) await checkPlace(place, known);
  checkName(path, known, workerName);
  const identity: RootIdentity = {
    format: 1,
    root_id: known?.root_id ?? randomUUID(),
    machine_id: machineId(),
    path: place,
    worker_name: workerName ?? known?.worker_name ?? null,
    created_at: known?.created_at ?? new Date(),
  };
  if (JSON.stringify(identity) !== JSON.stringify(known)) await writeJson(file, identity);
  return withFolders(path, identity);
}

/**
 * Opens a root directory that `initRoot` made. `workerName`: what the configuration calls this worker, if it does.
 * @throws PgSnapManError configuration if there is none, it is not ours alone, or it was copied from elsewhere
 */
export async function openRoot(path: string, workerName: string | null = null): Promise<RootDirectory> {
  checkRootDirectory(path);
  const identity = await readJson(join(path, 'worker.json'), identitySchema);
  if (identity === undefined) {
    throw new PgSnapManError('configuration', `there is no worker in ${path}`, 'run `pgsnapman worker init` first');
  }
  const place = realpathSync.native(path);
  await checkPlace(place, identity);
  if (identity.machine_id === undefined || identity.path !== place) {
    throw new PgSnapManError(
      'configuration',
      `root directory ${path} was moved here`,
      'run `pgsnapman worker init` to go on with it here',
    );
  }
  checkName(path, identity, workerName);
  return withFolders(path, identity);
}

async function makeRootFolder(path: string): Promise<void> {
  const { exists, mode } = lookAt(path);
  if (!exists) {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await chmod(path, 0o700);
    return;
  }
  const others = (await readdir(path)).filter(
    (name) => name !== 'worker.json' && !FOLDERS.some((folder) => folder === name),
  );
  if (others.length > 0 && !(await hasIdentity(path))) {
    throw new PgSnapManError(
      'configuration',
      `${path} holds other things (${others[0]})`,
      'give an empty or a new folder in worker.root',
    );
  }
  // As `mkdir` makes it: not yet closed, but nobody else can have put anything in.
  const wanted = process.geteuid?.() === 0 && (await readdir(path)).includes('catalog') ? 0o711 : 0o700;
  if (others.length === 0 && (mode & 0o022) === 0 && mode !== wanted) await chmod(path, wanted);
}

async function hasIdentity(path: string): Promise<boolean> {
  return (await readJson(join(path, 'worker.json'), identitySchema)) !== undefined;
}

/** A root directory belongs to one machine and one place: two that call themselves the same would fight in the catalog. */
async function checkPlace(path: string, identity: RootIdentity): Promise<void> {
  if (identity.machine_id !== undefined && identity.machine_id !== machineId()) {
    throw new PgSnapManError(
      'configuration',
      `root directory ${path} belongs to another machine`,
      `make a new one with \`pgsnapman worker init\`; or, if the other machine is gone for good, remove "machine_id" from ${join(path, 'worker.json')} and run \`pgsnapman worker init\``,
    );
  }
  if (identity.path === path) return;
  const there = await readJson(join(identity.path, 'worker.json'), identitySchema).catch(() => undefined);
  if (there?.root_id === identity.root_id && there.path === identity.path) {
    throw new PgSnapManError(
      'configuration',
      `root directory ${path} is a copy of ${identity.path}`,
      `remove ${join(path, 'worker.json')} and run \`pgsnapman worker init\` with a name of its own`,
    );
  }
}

function checkName(path: string, identity: RootIdentity | undefined, workerName: string | null): void {
  const known = identity?.worker_name ?? null;
  if (known === null || workerName === null || known === workerName) return;
  throw new PgSnapManError(
    'configuration',
    `root directory ${path} belongs to worker ${known}, not to ${workerName}`,
    'give each worker a root directory of its own in worker.root',
  );
}

async function withFolders(given: string, identity: RootIdentity): Promise<RootDirectory> {
  const path = resolve(given);
  const folders: Record<string, string> = {};
  for (const name of FOLDERS) {
    const folder = join(path, name);
    folders[name] = folder;
    if (!isFolderInside(folder) && !MADE_ELSEWHERE.includes(name))
      await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  return { path, identity, ...folders } as RootDirectory;
}
