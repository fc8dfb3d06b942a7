import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../files/durable.ts';
import { sha256Of } from './dump-folder.ts';
import type { CheckProblem } from './repository.ts';
import {
  formatRepositoryFile,
  isWholeRepositoryFile,
  REPOSITORY_COPY,
  REPOSITORY_FILE,
  type RepositoryFile,
} from './repository-file.ts';

const SCRIPT = 'recover.sh';
const OUR_SCRIPT = new URL('./recover.sh', import.meta.url);
/** The last line of the script in a repository: the hash of all before it. */
const LAST_LINE = /^# end ([0-9a-f]{64})\n$/;

/**
 * Writes the files at the top of a repository that are missing, or not as they should be: `recover.sh`, which is replaced
 * by ours also if another version wrote it, the description, and the copy of that. Returns the names of those that were
 * missing or damaged.
 */
export async function writeRepositoryFiles(directory: string, file: RepositoryFile): Promise<string[]> {
  const damaged = await checkRepositoryFiles(directory);
  const description = formatRepositoryFile(file);
  const texts: [name: string, text: string][] = [
    [SCRIPT, await ourScript()],
    [REPOSITORY_COPY, description],
    [REPOSITORY_FILE, description], // last: without it there is no repository
  ];
  for (const [name, text] of texts) {
    if ((await read(directory, name)) !== text) await writeDurably(join(directory, name), text);
  }
  return damaged.map(({ subject }) => subject);
}

/** What is wrong with these files. It keeps no dump from being restored by pgsnapman. */
export async function checkRepositoryFiles(directory: string): Promise<CheckProblem[]> {
  const problems: CheckProblem[] = [];
  for (const [subject, isWhole] of [
    [SCRIPT, isWholeScript],
    [REPOSITORY_FILE, isWholeRepositoryFile],
    [REPOSITORY_COPY, isWholeRepositoryFile],
  ] as const) {
    const text = await read(directory, subject);
    if (text !== null && isWhole(text)) continue;
    problems.push({ subject, reason: text === null ? 'is missing' : 'is damaged', dumps: [] });
  }
  return problems;
}

async function ourScript(): Promise<string> {
  const text = await readFile(OUR_SCRIPT, 'utf8');
  return `${text}# end ${sha256Of(text)}\n`;
}

function isWholeScript(text: string): boolean {
  const at = text.lastIndexOf('# end ');
  return LAST_LINE.exec(text.slice(Math.max(at, 0)))?.[1] === sha256Of(text.slice(0, Math.max(at, 0)));
}

async function read(directory: string, name: string): Promise<string | null> {
  return readFile(join(directory, name), 'utf8').catch(() => null);
}
