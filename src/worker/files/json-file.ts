import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ZodError, ZodType } from 'zod';
import { TEMPORARY_PREFIX, type WriteOptions, writeDurably } from './durable.ts';

/** A file that is there but is not what it should be. */
export class BrokenFileError extends Error {
  override readonly name = 'BrokenFileError';
  readonly path: string;

  constructor(path: string, reason: string) {
    super(`${path} cannot be used: ${reason}`);
    this.path = path;
  }
}

/** Reads and checks a JSON file; undefined if there is none. @throws BrokenFileError */
export async function readJson<T>(path: string, schema: ZodType<T>): Promise<T | undefined> {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BrokenFileError(path, 'it is not JSON');
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new BrokenFileError(path, firstIssue(result.error));
}

/** The first thing that is wrong with a value, and where, on one line. */
export function firstIssue({ issues: [issue] }: ZodError): string {
  return `${issue?.path.join('.') || 'content'}: ${issue?.message ?? 'not valid'}`;
}

/** Writes a value as JSON, durably and in one step (see writeDurably). */
export async function writeJson(path: string, value: unknown, options: WriteOptions = {}): Promise<void> {
  await writeDurably(path, `${JSON.stringify(value, null, 1)}\n`, options);
}

/**
 * Writes a value as JSON in one step, but does not wait until it is on the disk: for what every tick writes, and what a
 * reader can do without when the power went.
 */
export function writeJsonLightly(path: string, value: unknown): void {
  const temporary = join(dirname(path), `${TEMPORARY_PREFIX}${basename(path)}-${process.pid}`);
  writeFileSync(temporary, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}

/** At once: to hand a small file to another thread and back costs ten times what reading it does. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
