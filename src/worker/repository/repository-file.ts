import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { PgSnapManError } from '../../core/errors.ts';
import { storeParametersSchema } from '../../core/repository/parameters.ts';
import { sha256Of } from './dump-folder.ts';

export const FORMAT_VERSION = 1;
export const REPOSITORY_FILE = 'repository.json';
/** The same once more, should the first be lost or damaged. */
export const REPOSITORY_COPY = 'repository.copy.json';

const versionSchema = z.object({ format_version: z.number().int().positive() });
const schema = z.strictObject({
  format_version: z.literal(FORMAT_VERSION),
  id: z.uuid(),
  created_at: z.iso.datetime(),
  /** How files are stored: cut into chunks, similar ones against each other. */
  store: z.literal('chunks'),
  parameters: storeParametersSchema,
});
export type RepositoryFile = z.infer<typeof schema>;

/** The text of the file, with the hash of everything else in it as its last key. */
export function formatRepositoryFile(file: RepositoryFile): string {
  return `${JSON.stringify({ ...file, sha256: hashOf(file) }, null, 1)}\n`;
}

export function isWholeRepositoryFile(text: string): boolean {
  return parseRepositoryFile(text) !== null;
}

/**
 * Reads `repository.json`, or its copy if that is lost or damaged.
 * @throws PgSnapManError configuration when there is none, it is newer than we are, or it cannot be understood
 */
export async function readRepositoryFile(directory: string): Promise<RepositoryFile> {
  const text = await read(directory, REPOSITORY_FILE);
  const version = versionSchema.safeParse(text === null ? null : parseJson(text));
  if (version.success && version.data.format_version > FORMAT_VERSION) {
    throw new PgSnapManError(
      'configuration',
      `the repository in ${directory} has format version ${version.data.format_version}; this version of pgsnapman knows up to ${FORMAT_VERSION}`,
      'use the version of pgsnapman that made it, or a newer one',
    );
  }
  const copy = await read(directory, REPOSITORY_COPY);
  const found = parseRepositoryFile(text ?? '') ?? parseRepositoryFile(copy ?? '');
  if (found !== null) return found;
  if (text === null && copy === null) {
    const hint = 'make one: pgsnapman worker init';
    throw new PgSnapManError('configuration', `there is no repository in ${directory}`, hint);
  }
  throw new PgSnapManError(
    'configuration',
    `${join(directory, REPOSITORY_FILE)} is not the description of a repository`,
    'restore the file from a copy; without it the repository is not touched',
  );
}

/** Null: it is damaged. One that has no hash was written before there was one. */
function parseRepositoryFile(text: string): RepositoryFile | null {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null) return null;
  const { sha256, ...rest } = value as Record<string, unknown>;
  const found = schema.safeParse(rest);
  return found.success && (sha256 === undefined || sha256 === hashOf(rest)) ? found.data : null;
}

function hashOf(value: object): string {
  return sha256Of(JSON.stringify(value, null, 1));
}

async function read(directory: string, name: string): Promise<string | null> {
  return readFile(join(directory, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    return null;
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
