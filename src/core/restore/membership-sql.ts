import type { Membership } from '../facts/database-facts.ts';
import { quoteIdentifier } from '../postgres/identifiers.ts';
import type { Statement } from './statement.ts';

/** A membership in the names of the target. */
export type TargetMembership = Membership;

export interface GrantorRules {
  serverVersionNum: number;
  /** Only superusers may name another grantor before version 16, and only members of it later. */
  superuser: boolean;
  bootstrapRole: string;
  /** Roles that will be there when the grants are made. */
  exists: (role: string) => boolean;
}

/**
 * `grant role to member` for each, in an order in which every grantor has got its admin option before it uses it.
 * Where the target could not accept the grantor, it is left out and the restoring role is the grantor.
 */
export function membershipStatements(memberships: readonly TargetMembership[], rules: GrantorRules): Statement[] {
  const waiting = [...memberships];
  const admins = new Set<string>();
  const statements: Statement[] = [];
  const grant = (membership: TargetMembership, grantor: string | null) => {
    if (membership.admin) admins.add(adminKey(membership.role, membership.member));
    statements.push(grantStatement(membership, grantor, rules.serverVersionNum));
  };
  while (waiting.length > 0) {
    const next = waiting.findIndex((membership) => grantorFor(membership, rules, admins) !== null);
    const [membership] = waiting.splice(Math.max(next, 0), 1);
    if (membership !== undefined) grant(membership, next < 0 ? null : grantorFor(membership, rules, admins));
  }
  return statements;
}

const adminKey = (role: string, member: string): string => JSON.stringify([role, member]);

/** Null: nobody that the target would accept, as far as is known now. */
function grantorFor(membership: TargetMembership, rules: GrantorRules, admins: ReadonlySet<string>): string | null {
  const { grantor, role } = membership;
  if (!rules.superuser || !rules.exists(grantor)) return null;
  if (rules.serverVersionNum < 160_000 || grantor === rules.bootstrapRole) return grantor;
  return admins.has(adminKey(role, grantor)) ? grantor : null;
}

function grantStatement(membership: TargetMembership, grantor: string | null, versionNum: number): Statement {
  const { role, member, admin, inherit, set } = membership;
  const options: string[] = [];
  if (versionNum >= 160_000) {
    if (admin) options.push('admin true');
    if (inherit !== null) options.push(`inherit ${inherit}`);
    if (set !== null) options.push(`set ${set}`);
  } else if (admin) options.push('admin option');
  const withOptions = options.length === 0 ? '' : ` with ${options.join(', ')}`;
  const by = grantor === null ? '' : ` granted by ${quoteIdentifier(grantor)}`;
  const about = `grant ${quoteIdentifier(role)} to ${quoteIdentifier(member)}`;
  return { sql: `${about}${withOptions}${by}`, about, essential: false };
}
