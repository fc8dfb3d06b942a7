import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { applyEnvironment } from '../core/config/complete-configuration.ts';
import type { FileConfiguration, FileSettings } from '../core/config/file-configuration.ts';
import { parseConfiguration } from '../core/config/parse-configuration.ts';
import { errorText, PgSnapManError } from '../core/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const FILE = join('pgsnapman', 'pgsnapman.toml');

/** The file of this user: %APPDATA% on Windows, XDG_CONFIG_HOME or ~/.config everywhere else, macOS too. */
function userFile(env: Environment): string {
  if (process.platform === 'win32') return join(env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), FILE);
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), FILE);
}

function defaultRoot(env: Environment): string {
  if (process.platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'pgsnapman');
  if (process.getuid?.() === 0) return '/var/lib/pgsnapman';
  return join(env.XDG_DATA_HOME || join(env.HOME || homedir(), '.local', 'share'), 'pgsnapman');
}

/** The file to read: the one that is named, else the user's, else the machine's; null: there is none. */
export function configurationFile(named: string | undefined, env: Environment): string | null {
  const path = named ?? (env.PGSNAPMAN_CONFIG || undefined);
  if (path !== undefined) {
    if (existsSync(path)) return resolve(path);
    throw new PgSnapManError(
      'configuration',
      `configuration file ${path} does not exist`,
      named === undefined ? 'PGSNAPMAN_CONFIG names it' : '--config names it',
    );
  }
  const usual = [userFile(env), ...(process.platform === 'win32' ? [] : ['/etc/pgsnapman/pgsnapman.toml'])];
  return usual.find((candidate) => existsSync(candidate)) ?? null;
}

/**
 * Finds and reads the configuration of a command.
 * @param named the value of --config
 * @throws PgSnapManError configuration
 */
export function readConfiguration(named: string | undefined, env: Environment): FileConfiguration {
  const path = configurationFile(named, env);
  const settings = path === null ? null : readFile(path);
  return applyEnvironment(settings, { env, path, usualPath: userFile(env), defaultRoot: defaultRoot(env) });
}

function readFile(path: string): FileSettings {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new PgSnapManError(
      'configuration',
      `configuration file ${path} can't be read: ${errorText(error)}`,
      'it must be a file that your account may read',
      { cause: error },
    );
  }
  const settings = parseConfiguration(text, path);
  refuseOpenPassword(settings.catalog.url, path);
  return settings;
}

/** As libpq does with .pgpass: a password in a file that others can read is no secret. */
function refuseOpenPassword(url: string | undefined, path: string): void {
  if (process.platform === 'win32' || url === undefined) return;
  const hasPassword = /^[a-z]+:\/\/[^/@]*:[^/@]+@/i.test(url) || /[?&]password=/i.test(url);
  if (!hasPassword || (statSync(path).mode & 0o077) === 0) return;
  throw new PgSnapManError(
    'configuration',
    `configuration file ${path} holds a password and others can read it`,
    `chmod 600 ${path}, or better put the password into ~/.pgpass`,
  );
}
