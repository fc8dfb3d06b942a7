import type { ArchiveChanges } from './archive-changes.ts';
import type { Selection } from './archive-selection.ts';
import type { ExpectedContent } from './expected-content.ts';
import type { ExpectedObject } from './expected-objects.ts';
import type { IntoPlan } from './partial/plan-into.ts';
import type { ReplaceWay } from './plan-existing.ts';
import type { TablespacePlan } from './plan-tablespaces.ts';
import type { Refusal } from './refusal.ts';
import type { RolePlan } from './role-plan.ts';
import type { Statement } from './statement.ts';

/** A step of a plan, in words. */
export interface PlanStep {
  step: 'materialize' | 'roles' | 'clear' | 'create' | 'restore' | 'check' | 'analyze' | 'rename' | 'drop';
  text: string;
}

/** What a restore will do, as data. The worker does exactly this; people are shown it before anything happens. */
export interface RestorePlan {
  /** Any of them: nothing is done. */
  refusals: Refusal[];
  /** What will be missing or different in the target. */
  warnings: string[];
  /** Worth knowing, but as the job asks for it. */
  notes: string[];
  steps: PlanStep[];
  target: string;
  staging: string;
  /** The database that makes way for the restored one; null: there is none. */
  replaces: { way: ReplaceWay; oid: number } | null;
  /** False: a copy to another instance than the dump's. */
  sameInstance: boolean;
  /** Null: roles are not used. */
  roles: RolePlan | null;
  /** `create database` of the staging database. */
  createDatabase: string;
  tablespaces: Pick<TablespacePlan, 'used' | 'database' | 'wanted'>;
  /** How the archive's words about roles and tablespaces are changed before it is restored. */
  changes: ArchiveChanges;
  /** What of the archive is restored, in its order. */
  selection: Pick<Selection, 'dumpIds' | 'entries'>;
  expected: ExpectedContent;
  /** What must exist then. */
  objects: ExpectedObject[];
  /** The search_path for entries that fail at first, see secondChancePath; null: they are not run again. */
  secondChance: string | null;
  /** What is done in the database before anything is restored: schemas that the archive cannot make. */
  first: Statement[];
  /** What is done at the very end, when everything has been checked: a schema gets another name. */
  last: Statement[];
  /** What is there after that. */
  expectedAtLast: ExpectedContent;
  /** What is done in the one transaction of a restore into a database that exists; null: it gets a database of its own. */
  into: IntoPlan | null;
  /** Whose properties the database gets in the end. */
  propertiesOf: 'source' | 'target';
  /** What is done to it first, from a session in it. */
  propertiesFromInside: Statement[];
  /** What is done to the complete staging database, in this order, in one transaction with its renaming. */
  properties: Statement[];
}
