import { randomUUID } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PgSnapManError } from '../../core/errors.ts';
import { DEFAULT_PARAMETERS, type StoreParameters, storeParametersSchema } from '../../core/repository/parameters.ts';
import { FOLDERS } from './paths.ts';
import { FORMAT_VERSION, REPOSITORY_COPY, type RepositoryFile } from './repository-file.ts';
import { writeRepositoryFiles } from './repository-files.ts';

/**
 * Makes an empty repository in a new or empty folder; `repository.json` comes last, so that a half-made one is none.
 * @throws PgSnapManError configuration when something is there already
 */
export async function makeRepositoryFiles(directory: string, parameters: Partial<StoreParameters>): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const ours = [...FOLDERS, 'recover.sh', REPOSITORY_COPY] as string[];
  const there = (await readdir(directory)).filter((name) => !ours.includes(name));
  if (there.length > 0) {
    throw new PgSnapManError(
      'configuration',
      `${directory} is not empty`,
      'a repository is made in a new or an empty folder',
    );
  }
  for (const name of FOLDERS) await mkdir(join(directory, name), { recursive: true, mode: 0o700 });
  const file: RepositoryFile = {
    format_version: FORMAT_VERSION,
    id: randomUUID(),
    created_at: new Date().toISOString(),
    store: 'chunks',
    parameters: storeParametersSchema.parse({ ...DEFAULT_PARAMETERS, ...parameters }),
  };
  await writeRepositoryFiles(directory, file);
}
