import { PgSnapManError } from '../errors.ts';
import type { FileConfiguration, FileSettings, ForcedLimits } from './file-configuration.ts';

/** Where a configuration came from, and what holds if nobody says anything. */
export interface ConfigurationSurroundings {
  env: Readonly<Record<string, string | undefined>>;
  /** The file that was read; null: there is none. */
  path: string | null;
  /** The file that this user would write; for the hint. */
  usualPath: string;
  /** Root directory if neither file nor environment name one. */
  defaultRoot: string;
}

/**
 * Puts the environment over the file (PGSNAPMAN_CATALOG_URL, PGSNAPMAN_ROOT, PGSNAPMAN_WORKER) and fills in defaults.
 * @throws PgSnapManError configuration if nobody says where the catalog is
 */
export function applyEnvironment(settings: FileSettings | null, around: ConfigurationSurroundings): FileConfiguration {
  const { env } = around;
  const url = nonEmpty(env.PGSNAPMAN_CATALOG_URL) ?? settings?.catalog.url;
  if (url === undefined) throw noCatalog(around);
  const root = nonEmpty(env.PGSNAPMAN_ROOT) ?? settings?.worker.root ?? around.defaultRoot;
  if (!/^(\/|[A-Za-z]:[\\/]|\\\\)/.test(root)) {
    throw new PgSnapManError(
      'configuration',
      `PGSNAPMAN_ROOT must be an absolute path, not ${root}`,
      'for example PGSNAPMAN_ROOT=/var/lib/pgsnapman',
    );
  }
  const name = nonEmpty(env.PGSNAPMAN_WORKER) ?? settings?.worker.name;
  return {
    catalog: { url },
    worker: { root, ...(name === undefined ? {} : { name }) },
    tools: { bin_directories: settings?.tools.bin_directories ?? [] },
    scripts: scriptRules(settings),
    repository: { mirrors: settings?.repository.mirrors ?? [] },
    restores: { never: settings?.restores.never ?? [] },
    limits: forcedLimits(settings),
  };
}

function scriptRules(settings: FileSettings | null): FileConfiguration['scripts'] {
  const { sha256 = [], directory = null, time_limit: limit } = settings?.scripts ?? {};
  return { sha256, directory, ...(limit === undefined ? {} : { time_limit_ms: limit }) };
}

function forcedLimits(settings: FileSettings | null): ForcedLimits {
  const { catch_up, stall_timeout, lock_wait_timeout, ...others } = settings?.limits ?? {};
  return {
    ...(catch_up === undefined ? {} : { catch_up_ms: catch_up }),
    ...(stall_timeout === undefined ? {} : { stall_timeout_ms: stall_timeout }),
    ...(lock_wait_timeout === undefined ? {} : { lock_wait_timeout_ms: lock_wait_timeout }),
    ...others,
  };
}

function noCatalog(around: ConfigurationSurroundings): PgSnapManError {
  const value = 'url = "local" (this machine only) or url = "postgresql://…"';
  return around.path === null
    ? new PgSnapManError(
        'configuration',
        'no configuration found',
        `write ${around.usualPath} with [catalog] ${value}, or set PGSNAPMAN_CATALOG_URL`,
      )
    : new PgSnapManError(
        'configuration',
        `configuration file ${around.path} does not say where the catalog is`,
        `add [catalog] ${value}, or set PGSNAPMAN_CATALOG_URL`,
      );
}

const nonEmpty = (value: string | undefined): string | undefined => (value === '' ? undefined : value);
