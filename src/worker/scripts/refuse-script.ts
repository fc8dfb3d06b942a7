import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScriptText } from '../../core/model/configuration.ts';

/** Which scripts a worker runs, by its own configuration file: whoever writes to the catalog has no say in it. */
export interface ScriptRules {
  /** SHA-256 of allowed texts, as 64 hexadecimal digits. */
  sha256: readonly string[];
  /** A folder whose files are allowed; it and they must belong to the worker's account, and nobody else may write there. */
  directory: string | null;
  /** How long a script may run; default: an hour. Not for SQL. */
  time_limit_ms?: number;
}

const GROUP_OR_OTHERS_WRITE = 0o022;

/** Why this worker does not run a script; null: it does. */
export async function refuseScript(script: ScriptText, rules: ScriptRules): Promise<string | null> {
  const sha256 = createHash('sha256').update(script.code, 'utf8').digest('hex');
  if (sha256 !== script.sha256) return `script "${script.name}" is not what its SHA-256 says`;
  if (rules.sha256.some((allowed) => allowed.toLowerCase() === sha256)) return null;
  if (rules.directory !== null && (await hashesIn(rules.directory)).has(sha256)) return null;
  const reason = `script "${script.name}" (SHA-256 ${sha256}) is not allowed by the configuration of this worker`;
  if (rules.directory === null || (await isOurs(rules.directory, 'directory'))) return reason;
  return `${reason}, whose folder ${rules.directory} does not count: it must be there, belong to the worker's account, and be writable for nobody else`;
}

/** SHA-256 of the files that nobody but the worker's account can have put there; none if that is not certain. */
async function hashesIn(directory: string): Promise<Set<string>> {
  const found = new Set<string>();
  if (!(await isOurs(directory, 'directory'))) return found;
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (await isOurs(path, 'file'))
      found.add(
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      );
  }
  return found;
}

async function isOurs(path: string, kind: 'directory' | 'file'): Promise<boolean> {
  const stat = await lstat(path).catch(() => null);
  if (stat === null || !(kind === 'directory' ? stat.isDirectory() : stat.isFile())) return false;
  if (process.geteuid === undefined) return true;
  return stat.uid === process.geteuid() && (stat.mode & GROUP_OR_OTHERS_WRITE) === 0;
}
