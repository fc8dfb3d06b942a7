import type { RoleMapping } from './role-mapping.ts';
import type { Statement } from './statement.ts';
import type { TargetFacts } from './target-facts.ts';

/** How the missing roles of a dump come into being on the target, see planRoles. */
export interface RolePlan {
  /** Names of the roles that are created, as on the source. */
  create: string[];
  /** Roles that the dump needs and the target has; they are left as they are. */
  existing: string[];
  statements: Statement[];
  /** Memberships that the restoring role needs for the time of the restore: taken and given back. */
  borrow: { role: string; take: Statement; giveBack: Statement }[];
  warnings: string[];
  notes: string[];
}

/** What decides about it beside the facts about the roles. */
export interface RoleOptions {
  passwords: boolean;
  /** False: nothing that gives power over the server is brought along. */
  trusted: boolean;
  mapping: RoleMapping;
  target: TargetFacts;
}
