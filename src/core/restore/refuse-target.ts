import type { DatabaseFacts } from '../facts/database-facts.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { Instance, RestoreJob } from '../model/configuration.ts';
import { knownHoles } from '../postgres/known-holes.ts';
import type { TocEntry } from '../postgres/toc.ts';
import type { ToolVersion } from '../postgres/version.ts';
import { localeRefusal } from './database-sql.ts';
import type { Refusal } from './refusal.ts';
import type { TargetFacts } from './target-facts.ts';

export interface TargetQuestion {
  job: RestoreJob;
  destination: Instance;
  manifest: Manifest;
  facts: DatabaseFacts;
  target: TargetFacts;
  /** Version of the pg_restore that would be used. */
  tool: ToolVersion;
  /** What of the archive is restored. */
  entries: readonly TocEntry[];
  /** True: into a database that exists; none is created. */
  into: boolean;
}

/** What the target says against a restore there; roles, tablespaces and a database of that name aside. */
export function refuseTarget(question: TargetQuestion): Refusal[] {
  return [
    ...refuseServer(question),
    ...refuseUser(question),
    ...refuseDistrusted(question),
    ...refuseExtensions(question),
  ];
}

function refuseServer({ destination, facts, target, into }: TargetQuestion): Refusal[] {
  const refusals: Refusal[] = [];
  if (target.in_recovery) {
    refusals.push({
      sentence: `instance "${destination.name}" is a standby, which takes no changes`,
      hint: 'restore to its primary',
    });
  }
  const locale = into ? null : localeRefusal(facts.database, target.server_version_num);
  if (locale !== null) refusals.push({ sentence: locale, hint: 'restore to a newer version of PostgreSQL' });
  return refusals;
}

function refuseUser({ destination, target: { user }, into }: TargetQuestion): Refusal[] {
  if (into || user.superuser || user.createdb) return [];
  const sentence = `role "${user.name}" may not create databases on ${destination.name}`;
  return [{ sentence, hint: 'alter role … createdb, or let the instance use another role' }];
}

function refuseDistrusted({ manifest, destination, target, tool }: TargetQuestion): Refusal[] {
  if (manifest.trusted) return [];
  const refusals: Refusal[] = [];
  if (target.user.superuser) {
    refusals.push({
      sentence: `the dump is from an instance that is not trusted, and "${target.user.name}" is a superuser on ${destination.name}`,
      hint: 'let the instance use a role that is no superuser',
    });
  }
  const holes = knownHoles(tool);
  if (holes.length > 0) {
    refusals.push({
      sentence: `the dump is from an instance that is not trusted, and pg_restore ${tool.text} has known holes (${holes.join(', ')})`,
      hint: 'install the newest minor version of the Postgres client programs',
    });
  }
  return refusals;
}

function refuseExtensions({ destination, target, entries }: TargetQuestion): Refusal[] {
  const available = new Set(target.extensions.map(({ name }) => name));
  const missing = entries.filter(({ desc, tag }) => desc === 'EXTENSION' && !available.has(tag)).map(({ tag }) => tag);
  if (missing.length === 0) return [];
  const sentence = `extensions are not available on ${destination.name}: ${missing.map((name) => `"${name}"`).join(', ')}`;
  return [{ sentence, hint: 'install their packages on that server' }];
}
