import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionSettings } from '../core/connection/connection-settings.ts';
import { findPassword } from '../core/connection/password-file.ts';
import { PasswordMissing } from './connection-error.ts';

const GROUP_AND_OTHERS = 0o077;

function passwordFile(settings: ConnectionSettings): string {
  if (settings.passfile !== undefined) return settings.passfile;
  return process.platform === 'win32'
    ? join(process.env.APPDATA ?? homedir(), 'postgresql', 'pgpass.conf')
    : join(homedir(), '.pgpass');
}

/** Contents of a password file that only its owner can read; null if there is none. */
async function readPrivateFile(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) return null;
  if (process.platform !== 'win32' && (found.mode & GROUP_AND_OTHERS) !== 0) {
    throw new PasswordMissing(`password file ${path} can be read by others and is not used`, `chmod 600 '${path}'`);
  }
  return await readFile(path, 'utf8').catch(() => null);
}

/**
 * The password to answer a server with that asks for one.
 * @throws PasswordMissing, which says where one was looked for
 */
export async function readPassword(settings: ConnectionSettings): Promise<string> {
  if (settings.password !== undefined) return settings.password;
  const path = passwordFile(settings);
  const content = await readPrivateFile(path);
  const password = content === null ? null : findPassword(content, settings);
  if (password !== null) return password;
  throw new PasswordMissing(
    'the server asks for a password and none is known',
    `add a line host:port:database:user:password to ${path} (mode 0600)`,
  );
}
