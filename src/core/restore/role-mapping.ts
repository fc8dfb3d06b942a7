import type { DatabaseFacts } from '../facts/database-facts.ts';
import type { TargetFacts } from './target-facts.ts';

/** Which role of the target stands for a role of the source. */
export interface RoleMapping {
  /** Never a guess: a role that nothing is said about keeps its name. */
  targetName(source: string): string;
  /** Pairs where the names differ, for rewriting what the archive says. */
  renamed: ReadonlyMap<string, string>;
  /** Name of the source's bootstrap superuser if another role stands for it by our own rule, else null. */
  replacedBootstrap: string | null;
}

/**
 * The rules, in this order: what the job's role map says; the superuser that initdb made on the source, if the target
 * has no role of that name, is the role that restores (it is a different superuser on every server, and to create one
 * would give somebody power that nobody asked for); every other role is the one of the same name.
 */
export function mapRoles(
  facts: Pick<DatabaseFacts, 'roles'>,
  roleMap: Readonly<Record<string, string>>,
  target: Pick<TargetFacts, 'roles' | 'user'>,
): RoleMapping {
  const renamed = new Map(Object.entries(roleMap).filter(([from, to]) => from !== to));
  const present = new Set(target.roles.map(({ name }) => name));
  const bootstrap = facts.roles.find((role) => role.bootstrap)?.name;
  let replacedBootstrap: string | null = null;
  if (bootstrap !== undefined && !Object.hasOwn(roleMap, bootstrap) && !present.has(bootstrap)) {
    replacedBootstrap = bootstrap;
    renamed.set(bootstrap, target.user.name);
  }
  return { targetName: (source) => renamed.get(source) ?? source, renamed, replacedBootstrap };
}
