import type { DatabaseFacts } from '../facts/database-facts.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { RestoreJob } from '../model/configuration.ts';
import type { TocEntry } from '../postgres/toc.ts';
import type { RoleMapping } from './role-mapping.ts';
import type { TargetFacts } from './target-facts.ts';

interface WarningQuestion {
  job: RestoreJob;
  facts: DatabaseFacts;
  target: TargetFacts;
}

/** What is different about roles by our own rules or by a slip in the job. */
export function planWarnings(
  { job, facts, target }: WarningQuestion,
  mapping: RoleMapping,
  entries: readonly TocEntry[],
): string[] {
  const warnings: string[] = [];
  const bootstrap = mapping.replacedBootstrap;
  const ownsSomething =
    bootstrap !== null && [facts.database.owner, ...entries.map(({ owner }) => owner)].includes(bootstrap);
  if (ownsSomething) {
    warnings.push(
      `role "${bootstrap}", the first superuser of the source, does not exist on the target: what it owns belongs to "${target.user.name}"`,
    );
  }
  const known = new Set([...facts.roles.map(({ name }) => name), ...entries.map(({ owner }) => owner)]);
  const unknown = Object.keys(job.role_map).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    warnings.push(
      `the role map names roles that are not in the dump: ${unknown.map((name) => `"${name}"`).join(', ')}`,
    );
  }
  return warnings;
}

const major = (versionNum: number): number => Math.floor(versionNum / 10_000);

/** An older server may not know what the dump says; the restore is tried, and fails by name where it does not. */
export function olderServer(manifest: Pick<Manifest, 'server_version_num'>, target: TargetFacts): string[] {
  const source = major(manifest.server_version_num);
  if (major(target.server_version_num) >= source) return [];
  const warnings = [
    `the dump is from PostgreSQL ${source}, and the target has only ${target.server_version}: what that version does not know fails the restore`,
  ];
  if (source >= 15 && major(target.server_version_num) < 15) {
    warnings.push(
      'schema "public" is as the older version makes it, unless the source had changed it: everybody may create things in it',
    );
  }
  return warnings;
}

/** What the job asks for and gets in another way, as there is no database yet that it could be about. */
export function planNotes({ job, facts, target }: WarningQuestion, entries: readonly TocEntry[]): string[] {
  const notes = extensionVersions(facts, entries, target);
  if (job.properties === 'target' && target.existing === null)
    notes.push("there is no database whose properties could be kept: they are the source's");
  return notes;
}

/** Extensions come in the version that the target has; a note for each that differs. */
function extensionVersions(
  facts: DatabaseFacts,
  entries: readonly TocEntry[],
  target: Pick<TargetFacts, 'extensions'>,
): string[] {
  const restored = new Set(entries.filter(({ desc }) => desc === 'EXTENSION').map(({ tag }) => tag));
  return facts.extensions.flatMap(({ name, version }) => {
    const there = target.extensions.find((extension) => extension.name === name)?.default_version;
    if (!restored.has(name) || there === undefined || there === version) return [];
    return [`extension "${name}" comes in version ${there}, the source has ${version}`];
  });
}
