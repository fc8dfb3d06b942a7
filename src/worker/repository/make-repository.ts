import { randomUUID } from 'node:crypto';
import { chmod, copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PgSnapManError } from '../../core/errors.ts';
import { DEFAULT_PARAMETERS, type StoreParameters, storeParametersSchema } from '../../core/repository/parameters.ts';
import { writeDurably } from '../files/durable.ts';
import { FOLDERS } from './paths.ts';
import { FORMAT_VERSION, REPOSITORY_FILE, type RepositoryFile } from './repository-file.ts';

const RECOVER_SCRIPT = new URL('./recover.sh', import.meta.url);

/**
 * Makes an empty repository in a new or empty folder; `repository.json` comes last, so that a half-made one is none.
 * @throws PgSnapManError configuration when something is there already
 */
export async function makeRepositoryFiles(directory: string, parameters: Partial<StoreParameters>): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const ours = [...FOLDERS, 'recover.sh'] as string[];
  const there = (await readdir(directory)).filter((name) => !ours.includes(name));
  if (there.length > 0) {
    throw new PgSnapManError(
      'configuration',
      `${directory} is not empty`,
      'a repository is made in a new or an empty folder',
    );
  }
  for (const name of FOLDERS) await mkdir(join(directory, name), { recursive: true, mode: 0o700 });
  await copyFile(RECOVER_SCRIPT, join(directory, 'recover.sh'));
  await chmod(join(directory, 'recover.sh'), 0o600);
  const file: RepositoryFile = {
    format_version: FORMAT_VERSION,
    id: randomUUID(),
    created_at: new Date().toISOString(),
    store: 'chunks',
    parameters: storeParametersSchema.parse({ ...DEFAULT_PARAMETERS, ...parameters }),
  };
  await writeDurably(join(directory, REPOSITORY_FILE), `${JSON.stringify(file, null, 1)}\n`);
}
