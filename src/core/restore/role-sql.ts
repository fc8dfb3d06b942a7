import type { DatabaseFacts, Membership, RoleFacts } from '../facts/database-facts.ts';
import { quoteIdentifier, quoteLiteral } from '../postgres/identifiers.ts';
import { membershipStatements } from './membership-sql.ts';
import { planParameterGrants } from './parameter-grants.ts';
import { decideAttributes, type RoleAttribute } from './role-attributes.ts';
import type { RoleMapping } from './role-mapping.ts';
import type { RoleOptions, RolePlan } from './role-plan.ts';
import { settingClause } from './setting-sql.ts';
import type { Statement } from './statement.ts';

const isPredefined = (name: string): boolean => name.startsWith('pg_');
const quoteAll = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

/** How the missing roles of a dump come into being on the target. Existing ones are never altered. */
export function planRoles(facts: DatabaseFacts, options: RoleOptions): RolePlan {
  const { mapping, target } = options;
  const present = new Set(target.roles.map(({ name }) => name));
  const ours = facts.roles.filter(({ name }) => !mapping.renamed.has(name));
  const missing = ours.filter(({ name, bootstrap }) => !present.has(name) && !bootstrap && !isPredefined(name));
  const plan: RolePlan = {
    create: missing.map(({ name }) => name),
    existing: existingRoles(facts, mapping).filter((name) => present.has(name)),
    statements: missing.map((role) => createStatement(role, decideAttributes(role, options.trusted, target).given)),
    borrow: [],
    warnings: [],
    notes: [],
  };
  for (const role of missing) describeAttributes(role, options, plan);
  for (const role of missing) plan.statements.push(...furtherStatements(role));
  planPasswords(missing, facts.passwords_readable, options.passwords, plan);
  planMemberships(facts.memberships, options, plan);
  planParameterGrants(facts.parameter_grants, options, plan);
  if (!target.user.superuser) planBorrowing(missing, options, plan);
  return plan;
}

function existingRoles({ roles }: DatabaseFacts, mapping: RoleMapping): string[] {
  const names = roles.map(({ name }) => name).filter((name) => name !== mapping.replacedBootstrap);
  return [...new Set(names.map(mapping.targetName))];
}

function createStatement(role: RoleFacts, given: readonly RoleAttribute[]): Statement {
  const flag = (word: string, on: boolean) => (on ? word : `no${word}`);
  const words = [
    ...(['superuser', 'createdb', 'createrole', 'replication', 'bypassrls'] as const)
      // a role that is no superuser may not even say `nosuperuser` for some of these: absent means no
      .filter((attribute) => given.includes(attribute)),
    flag('inherit', role.inherit),
    flag('login', role.login),
    `connection limit ${role.connection_limit}`,
  ];
  if (role.valid_until !== null) words.push(`valid until ${quoteLiteral(role.valid_until)}`);
  const about = `create role ${quoteIdentifier(role.name)}`;
  return { sql: `${about} with ${words.join(' ')}`, about, essential: true };
}

function furtherStatements({ name, settings, comment }: RoleFacts): Statement[] {
  const role = quoteIdentifier(name);
  const statements = settings.map((setting) => ({
    sql: `alter role ${role} ${settingClause(setting)}`,
    about: `set ${setting.name} of role ${role}`,
    essential: false,
  }));
  if (comment !== null) {
    const sql = `comment on role ${role} is ${quoteLiteral(comment)}`;
    statements.push({ sql, about: `comment on role ${role}`, essential: false });
  }
  return statements;
}

function describeAttributes(role: RoleFacts, { trusted, target }: RoleOptions, plan: RolePlan): void {
  const { distrusted, notAllowed } = decideAttributes(role, trusted, target);
  if (distrusted.length > 0) {
    plan.warnings.push(
      `role "${role.name}" is created without ${distrusted.join(', ')}: the dump is from an instance that is not trusted`,
    );
  }
  if (notAllowed.length > 0) {
    plan.warnings.push(
      `role "${role.name}" is created without ${notAllowed.join(', ')}: role "${target.user.name}" may not give that`,
    );
  }
}

function planPasswords(missing: readonly RoleFacts[], readable: boolean, wanted: boolean, plan: RolePlan): void {
  const logins = missing.filter(({ login }) => login);
  if (logins.length === 0) return;
  if (!wanted) {
    plan.notes.push(`roles created without their passwords: ${quoteAll(logins.map(({ name }) => name))}`);
    return;
  }
  if (!readable) {
    plan.warnings.push(
      `roles created without their passwords, which the dump does not hold: ${quoteAll(logins.map(({ name }) => name))}`,
    );
    return;
  }
  for (const { name, password_hash } of missing) {
    if (password_hash === null) continue;
    const role = quoteIdentifier(name);
    const sql = `alter role ${role} password ${quoteLiteral(password_hash)}`;
    plan.statements.push({ sql, about: `set the password of role ${role}`, essential: false });
  }
}

/** Why a membership does not come along; null: it does. Memberships of roles that were all there are no concern of ours. */
function refuseMembership(membership: Membership, options: RoleOptions, created: ReadonlySet<string>): string | null {
  const { role, member } = membership;
  const { mapping, target, trusted } = options;
  const present = new Set(target.roles.map(({ name }) => name));
  if (!trusted && !(created.has(role) && created.has(member)))
    return 'the dump is from an instance that is not trusted';
  if (mapping.replacedBootstrap === role) return `"${role}" is the superuser of another server`;
  const missing = [role, member].map(mapping.targetName).find((name) => !present.has(name) && !created.has(name));
  return missing === undefined ? null : `role "${missing}" does not exist on the target`;
}

function planMemberships(memberships: readonly Membership[], options: RoleOptions, plan: RolePlan): void {
  const { mapping, target } = options;
  const created = new Set(plan.create);
  const accepted: Membership[] = [];
  for (const membership of memberships) {
    const { role, member } = membership;
    if (!created.has(role) && !created.has(member)) continue;
    if (mapping.replacedBootstrap === member) continue; // a superuser needs no membership
    const reason = refuseMembership(membership, options, created);
    if (reason === null) accepted.push(inTargetNames(membership, mapping));
    else plan.warnings.push(`membership of "${member}" in "${role}" is left out: ${reason}`);
  }
  plan.statements.push(
    ...membershipStatements(
      accepted.filter(({ role, member }) => role !== member),
      {
        serverVersionNum: target.server_version_num,
        superuser: target.user.superuser,
        bootstrapRole: target.bootstrap_role,
        exists: (name) => created.has(name) || target.roles.some((role) => role.name === name),
      },
    ),
  );
}

function inTargetNames(membership: Membership, mapping: RoleMapping): Membership {
  return {
    ...membership,
    role: mapping.targetName(membership.role),
    member: mapping.targetName(membership.member),
    grantor: mapping.targetName(membership.grantor),
  };
}

/** Without being a superuser one gives objects only to roles that one is a member of. */
function planBorrowing(missing: readonly RoleFacts[], { target }: RoleOptions, plan: RolePlan): void {
  const me = quoteIdentifier(target.user.name);
  const newer = target.server_version_num >= 160_000;
  for (const { name } of missing) {
    const role = quoteIdentifier(name);
    const take = `grant ${role} to ${me}${newer ? ` with inherit true, set true granted by ${me}` : ''}`;
    const giveBack = `revoke ${role} from ${me}${newer ? ` granted by ${me}` : ''}`;
    plan.borrow.push({
      role: name,
      take: { sql: take, about: `grant ${role} to ${me}`, essential: true },
      giveBack: { sql: giveBack, about: `revoke ${role} from ${me}`, essential: false },
    });
  }
}
