import type { RoleFacts } from '../facts/database-facts.ts';
import type { TargetFacts } from './target-facts.ts';

export type RoleAttribute = 'superuser' | 'createdb' | 'createrole' | 'replication' | 'bypassrls';

/** Attributes that give power over a whole server; a dump from an instance that is not trusted never brings them. */
const POWERFUL: readonly RoleAttribute[] = ['superuser', 'createrole', 'replication', 'bypassrls'];
const ALL: readonly RoleAttribute[] = ['superuser', 'createdb', 'createrole', 'replication', 'bypassrls'];

export interface AttributeDecision {
  given: RoleAttribute[];
  /** Left out because the source is not trusted. */
  distrusted: RoleAttribute[];
  /** Left out because the restoring role may not give them. */
  notAllowed: RoleAttribute[];
}

/** Which of a role's attributes its copy on the target gets. */
export function decideAttributes(role: RoleFacts, trusted: boolean, target: TargetFacts): AttributeDecision {
  const decision: AttributeDecision = { given: [], distrusted: [], notAllowed: [] };
  for (const attribute of ALL.filter((name) => role[name])) {
    if (!trusted && POWERFUL.includes(attribute)) decision.distrusted.push(attribute);
    else if (!mayGive(attribute, target)) decision.notAllowed.push(attribute);
    else decision.given.push(attribute);
  }
  return decision;
}

/**
 * Up to version 15 `createrole` is enough for createdb and createrole, the rest is for superusers; from 16 on a role
 * gives only what it has itself (PostgreSQL's documentation of CREATE ROLE).
 */
function mayGive(attribute: RoleAttribute, { user, server_version_num }: TargetFacts): boolean {
  if (user.superuser) return true;
  if (attribute === 'superuser') return false;
  if (server_version_num >= 160_000) return user[attribute];
  return attribute === 'createdb' || attribute === 'createrole';
}
