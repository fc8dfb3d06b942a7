import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PgSnapManError } from '../../core/errors.ts';
import { runLogFolder, runLogMark } from './run-log.ts';

/** A part of the log of a run; lines are counted from 1. */
export interface RunLogPart {
  lines: string[];
  /** Where to go on. */
  next_line: number;
  line_count: number;
}

/**
 * Reads the log of a run, all of its tries one after the other, from a line on.
 * @throws PgSnapManError not_found when there is none (any more)
 */
export async function readRunLog(logFolder: string, uuid: string, from: number, limit: number): Promise<RunLogPart> {
  const folder = runLogFolder(logFolder);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.includes(runLogMark(uuid))).sort();
  if (names.length === 0) {
    throw new PgSnapManError('not_found', `there is no log of run ${uuid} here`, 'old logs are removed');
  }
  const texts = await Promise.all(names.map((name) => readText(join(folder, name))));
  const all = texts.join('').split('\n');
  if (all.at(-1) === '') all.pop();
  const lines = all.slice(from - 1, from - 1 + limit);
  return { lines, next_line: from + lines.length, line_count: all.length };
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path);
  return (path.endsWith('.gz') ? await promisify(gunzip)(bytes) : bytes).toString('utf8');
}
