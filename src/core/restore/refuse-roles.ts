import type { DatabaseFacts } from '../facts/database-facts.ts';
import type { Instance, RestoreJob } from '../model/configuration.ts';
import type { TocEntry } from '../postgres/toc.ts';
import type { Refusal } from './refusal.ts';
import type { RoleMapping } from './role-mapping.ts';
import type { RolePlan } from './role-plan.ts';
import type { TargetFacts } from './target-facts.ts';

export interface RoleQuestion {
  job: RestoreJob;
  destination: Instance;
  facts: DatabaseFacts;
  target: TargetFacts;
  mapping: RoleMapping;
  plan: RolePlan;
  entries: readonly TocEntry[];
}

const list = (names: Iterable<string>): string => [...names].map((name) => `"${name}"`).join(', ');
const WITHOUT_ROLES = 'or restore without roles';

/** What stands against giving the restored objects to the roles that had them. */
export function refuseRoles(question: RoleQuestion): Refusal[] {
  return [...refuseRoleMap(question), ...refuseCreation(question), ...refuseOwners(question)];
}

function refuseRoleMap({ job, destination, target, plan }: RoleQuestion): Refusal[] {
  const there = new Set([...plan.create, ...target.roles.map(({ name }) => name)]);
  const missing = new Set(Object.values(job.role_map).filter((name) => !there.has(name)));
  if (missing.size === 0) return [];
  const sentence = `the role map leads to roles that do not exist on ${destination.name}: ${list(missing)}`;
  return [{ sentence, hint: 'create them, or change the role map' }];
}

function refuseCreation({ destination, target: { user }, plan }: RoleQuestion): Refusal[] {
  if (plan.create.length === 0 || user.superuser || user.createrole) return [];
  const sentence = `role "${user.name}" may not create the missing roles on ${destination.name}: ${list(plan.create)}`;
  return [{ sentence, hint: `give it createrole, create the roles beforehand, ${WITHOUT_ROLES}` }];
}

function refuseOwners({ destination, facts, target, mapping, plan, entries }: RoleQuestion): Refusal[] {
  const owners = new Set([facts.database.owner, ...entries.map(({ owner }) => owner)].map(mapping.targetName));
  owners.delete('');
  const roles = new Map(target.roles.map((role) => [role.name, role]));
  const refusals: Refusal[] = [];
  const missing = [...owners].filter((name) => !roles.has(name) && !plan.create.includes(name));
  if (missing.length > 0) {
    refusals.push({
      sentence: `owners of objects in the dump do not exist on ${destination.name}, and the dump does not know them: ${list(missing)}`,
      hint: `create them, name others in the role map, ${WITHOUT_ROLES}`,
    });
  }
  const closed = [...owners].filter((name) => roles.get(name)?.can_become === false);
  if (closed.length > 0) {
    refusals.push({
      sentence: `role "${target.user.name}" may not give objects to these roles on ${destination.name}: ${list(closed)}`,
      hint: `make it a member of them, ${WITHOUT_ROLES}`,
    });
  }
  return refusals;
}
