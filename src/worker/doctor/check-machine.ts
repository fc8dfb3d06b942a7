import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import type { FileConfiguration } from '../../core/config/file-configuration.ts';
import { firstMinorWithoutHoles, knownHoles } from '../../core/postgres/known-holes.ts';
import { formatBytes } from '../../core/text/numbers.ts';
import { runChild } from '../process/run-child.ts';
import { freeBytes } from '../repository/room.ts';
import { findTools, type ToolSet } from '../tools/find-tools.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const LITTLE_ROOM_BYTES = 2 * 1024 ** 3;

export function checkNode(): Finding {
  if (typeof zlib.zstdCompressSync === 'function') return ok('node', `Node ${process.versions.node} with zstd`);
  return {
    check: 'node',
    level: 'error',
    text: `Node ${process.versions.node} has no zstd`,
    hint: 'install Node 22.15 or newer',
  };
}

/** The tools, with the security holes that are known of their versions. */
export async function checkTools(configuration: FileConfiguration): Promise<{ tools: ToolSet[]; findings: Finding[] }> {
  try {
    const tools = await findTools({ binDirectories: configuration.tools.bin_directories });
    if (tools.length > 0) return { tools, findings: tools.map(toolFinding) };
    const hint =
      'install the client programs, such as the package postgresql-client, or name their folder in tools.bin_directories';
    return {
      tools,
      findings: [{ check: 'tools', level: 'error', text: 'no Postgres client programs were found', hint }],
    };
  } catch (error) {
    return { tools: [], findings: [problem('tools', error)] };
  }
}

function toolFinding({ version, directory }: ToolSet): Finding {
  const holes = knownHoles(version);
  if (holes.length === 0) return ok('tools', `${version.text} in ${directory}`);
  const fixed = firstMinorWithoutHoles(version.major);
  return warning(
    'tools',
    `${version.text} in ${directory} has known security holes: ${holes.join(', ')}`,
    fixed === null
      ? 'this major version gets no fixes any more: install a newer one'
      : `upgrade to ${version.major}.${fixed} or newer`,
  );
}

export async function checkRoom(folder: string): Promise<Finding> {
  try {
    const free = await freeBytes(folder);
    if (free >= LITTLE_ROOM_BYTES) return ok('room', `${formatBytes(free)} free in ${folder}`);
    return warning(
      'room',
      `only ${formatBytes(free)} free in ${folder}`,
      'make room, or move the root directory to a larger disk',
    );
  } catch (error) {
    return problem('room', error);
  }
}

/** Whether cron starts the worker; a container or a timer may do it instead. */
export async function checkCron(): Promise<Finding> {
  const hint = 'let cron run it every minute: * * * * * pgsnapman worker run';
  const result = await runChild({ file: 'crontab', args: ['-l'], env: {} });
  if (result.startError !== null) return warning('cron', 'there is no crontab command here', hint);
  const lines = result.stdout.split('\n').filter((line) => !/^\s*#/.test(line));
  if (lines.some((line) => /\bworker\s+(run|daemon)\b/.test(line))) return ok('cron', 'the crontab starts the worker');
  return warning('cron', 'the crontab of this account does not start the worker', hint);
}

/** libpq ignores a password file that others can read, and says so only on standard error. */
export async function checkPasswordFile(env: Readonly<Record<string, string | undefined>>): Promise<Finding> {
  const path = env.PGPASSFILE ?? join(homedir(), '.pgpass');
  const found = await stat(path).catch(() => null);
  if (found === null || process.platform === 'win32') return ok('password file', 'none is used');
  if ((found.mode & 0o077) === 0) return ok('password file', `${path} is closed to others`);
  return {
    check: 'password file',
    level: 'error',
    text: `${path} can be read by others and is not used`,
    hint: `chmod 600 '${path}'`,
  };
}
