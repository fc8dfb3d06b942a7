import { compareVersions, type ToolVersion, versionOfNumber } from './version.ts';

/** One installed set of Postgres client programs: all of one folder, all of one version. Paths are absolute. */
export interface ToolSet {
  version: ToolVersion;
  directory: string;
  pgDump: string;
  pgRestore: string;
  psql: string;
  pgDumpall: string;
}

/**
 * The set to use for a server: the newest minor of the lowest major that is not older than the server's. A pg_dump that
 * is older than the server refuses to work; one that is much newer writes archives that an older pg_restore cannot read.
 * With equals the first found wins. Null: every set is too old.
 */
export function chooseTools(found: readonly ToolSet[], serverVersionNum: number): ToolSet | null {
  const serverMajor = versionOfNumber(serverVersionNum).major;
  let best: ToolSet | null = null;
  for (const candidate of found) {
    if (candidate.version.major < serverMajor) continue;
    if (best === null || isBetter(candidate, best)) best = candidate;
  }
  return best;
}

function isBetter(candidate: ToolSet, best: ToolSet): boolean {
  if (candidate.version.major !== best.version.major) return candidate.version.major < best.version.major;
  return compareVersions(candidate.version, best.version) > 0;
}
