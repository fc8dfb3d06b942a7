import type { DatabaseFacts } from '../facts/database-facts.ts';
import { quoteIdentifier } from '../postgres/identifiers.ts';
import type { RoleOptions, RolePlan } from './role-plan.ts';

const SINCE = 150_000;

/**
 * Rights on configuration parameters for the roles that are created. They give power over the server (`session_preload_libraries`
 * loads code), so they never come from an instance that is not trusted.
 */
export function planParameterGrants(
  grants: DatabaseFacts['parameter_grants'],
  { target, trusted }: RoleOptions,
  plan: RolePlan,
): void {
  const created = new Set(plan.create);
  for (const { parameter, grantee, privilege, grantable } of grants) {
    if (!created.has(grantee)) continue;
    const right = privilege.toLowerCase();
    const about = `grant ${right} on parameter ${parameter} to role ${quoteIdentifier(grantee)}`;
    const reason = refuse(right, trusted, target);
    if (reason !== null) {
      plan.warnings.push(`not done: ${about}: ${reason}`);
      continue;
    }
    const name = parameter.split('.').map(quoteIdentifier).join('.');
    const option = grantable ? ' with grant option' : '';
    const sql = `grant ${right} on parameter ${name} to ${quoteIdentifier(grantee)}${option}`;
    plan.statements.push({ sql, about, essential: false });
  }
}

function refuse(right: string, trusted: boolean, { server_version_num, user }: RoleOptions['target']): string | null {
  if (right !== 'set' && right !== 'alter system') return 'this right is not known';
  if (!trusted) return 'the dump is from an instance that is not trusted';
  if (server_version_num < SINCE) return 'the target has rights on parameters from PostgreSQL 15 on';
  return user.superuser ? null : `role "${user.name}" is no superuser on the target`;
}
