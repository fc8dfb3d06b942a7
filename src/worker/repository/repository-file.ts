import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { PgSnapManError } from '../../core/errors.ts';
import { storeParametersSchema } from '../../core/repository/parameters.ts';

export const FORMAT_VERSION = 1;
export const REPOSITORY_FILE = 'repository.json';

const versionSchema = z.object({ format_version: z.number().int().positive() });
const schema = z.object({
  format_version: z.literal(FORMAT_VERSION),
  id: z.uuid(),
  created_at: z.iso.datetime(),
  /** How files are stored: cut into chunks, similar ones against each other. */
  store: z.literal('chunks'),
  parameters: storeParametersSchema,
});
export type RepositoryFile = z.infer<typeof schema>;

/**
 * Reads `repository.json`.
 * @throws PgSnapManError configuration when there is none, it is newer than we are, or it cannot be understood
 */
export async function readRepositoryFile(directory: string): Promise<RepositoryFile> {
  const text = await readFile(join(directory, REPOSITORY_FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    throw new PgSnapManError(
      'configuration',
      `there is no repository in ${directory}`,
      'make one: pgsnapman worker init',
    );
  });
  const value = parseJson(text);
  const version = versionSchema.safeParse(value);
  if (version.success && version.data.format_version > FORMAT_VERSION) {
    throw new PgSnapManError(
      'configuration',
      `the repository in ${directory} has format version ${version.data.format_version}; this version of pgsnapman knows up to ${FORMAT_VERSION}`,
      'use the version of pgsnapman that made it, or a newer one',
    );
  }
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  throw new PgSnapManError(
    'configuration',
    `${join(directory, REPOSITORY_FILE)} is not the description of a repository`,
    'restore the file from a copy; without it the repository is not touched',
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
