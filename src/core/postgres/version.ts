import { PgSnapManError } from '../errors.ts';

/** A version of a Postgres tool or server. */
export interface ToolVersion {
  major: number;
  minor: number;
  /** As the tool says it, such as `15.18` or `17beta2`. */
  text: string;
  /** As `server_version_num` counts: major * 10000 + minor. */
  num: number;
}

/**
 * Reads what `pg_dump --version` prints, such as `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`. Development
 * versions (`18devel`, `17beta2`, `16rc1`) count as minor 0.
 * @throws PgSnapManError configuration when there is no version of Postgres 10 or newer in it
 */
export function parseToolVersion(text: string): ToolVersion {
  const match = /\(PostgreSQL\)\s+((\d{2,})(?:\.(\d+)|(?:devel|beta|rc|alpha)\d*)?)/.exec(text);
  if (match === null) {
    throw new PgSnapManError(
      'configuration',
      `no Postgres version in ${JSON.stringify(text.trim().slice(0, 80))}`,
      'this is not a client program of PostgreSQL 10 or newer',
    );
  }
  const major = Number(match[2]);
  const minor = Number(match[3] ?? 0);
  return { major, minor, text: match[1] ?? '', num: major * 10_000 + minor };
}

/** The version that `server_version_num` stands for (Postgres 10 and newer), as major and minor. */
export function versionOfNumber(num: number): ToolVersion {
  const major = Math.floor(num / 10_000);
  const minor = num % 10_000;
  return { major, minor, text: `${major}.${minor}`, num };
}

/** Sort order, oldest first. */
export function compareVersions(a: ToolVersion, b: ToolVersion): number {
  return a.num - b.num;
}
