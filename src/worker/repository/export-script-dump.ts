import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PgSnapManError } from '../../core/errors.ts';
import { folderOf, originalName } from '../../core/script/output-files.ts';
import type { DumpReader } from './repository.ts';
import { storageError } from './storage-error.ts';

const SLASH = Buffer.from('/');

/** Writes the files of a dump that a script made under the names that they had. @throws as exportDump */
export async function exportScriptDump(repository: DumpReader, uuid: string, directory: string): Promise<void> {
  const { files } = await repository.scriptFacts(uuid);
  await mkdir(directory, { mode: 0o700 }).catch((error: unknown) => {
    throw exportError(error, directory);
  });
  try {
    // A name of its own: no file of the dump can be in its way.
    const numbered = join(directory, `.${randomUUID()}`);
    await repository.materialize(uuid, numbered, ({ role }) => role === 'script_file');
    for (const file of files) {
      const name = originalName(file);
      const target = (path: Buffer): Buffer => Buffer.concat([Buffer.from(directory), SLASH, path]);
      await mkdir(target(folderOf(name)), { recursive: true, mode: 0o700 });
      await rename(join(numbered, file.path), target(name));
    }
    await rm(numbered, { recursive: true });
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw exportError(error, directory);
  }
}

/** What is told of an error on the way out. */
export function exportError(error: unknown, directory: string): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return storageError(error, 'exporting the dump');
  return new PgSnapManError('usage', `${directory} exists already`, 'name a folder that does not exist yet');
}
