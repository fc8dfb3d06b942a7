import type { DatabaseFacts } from '../facts/database-facts.ts';
import type { Manifest, StoredFile } from '../manifest/manifest.ts';
import type { Instance, RestoreJob } from '../model/configuration.ts';
import type { Toc, TocEntry } from '../postgres/toc.ts';
import type { ToolVersion } from '../postgres/version.ts';
import type { ArchiveChanges } from './archive-changes.ts';
import { reachingOut, type Selection, selectEntries } from './archive-selection.ts';
import { createDatabaseSql } from './database-sql.ts';
import { type ExpectedContent, expectedContent } from './expected-content.ts';
import type { ExistingObjects } from './partial/existing-objects.ts';
import { type IntoPlan, keptSuffix, planInto, planSchemas, rolesOf } from './partial/plan-into.ts';
import { planPart } from './partial/plan-part.ts';
import { schemaAsOf, underOtherName } from './partial/schema-as.ts';
import { planExisting, type ReplaceWay } from './plan-existing.ts';
import { planProperties } from './plan-properties.ts';
import { type PlanStep, planSteps } from './plan-steps.ts';
import { planTablespaces, type TablespacePlan } from './plan-tablespaces.ts';
import { olderServer, planNotes, planWarnings } from './plan-warnings.ts';
import type { Refusal } from './refusal.ts';
import { refuseJob } from './refuse-job.ts';
import { refuseRoles } from './refuse-roles.ts';
import { refuseTarget } from './refuse-target.ts';
import { mapRoles } from './role-mapping.ts';
import { planRoles, type RolePlan } from './role-sql.ts';
import { secondChancePath } from './second-chance.ts';
import type { Statement } from './statement.ts';
import { refuseSurroundings, roomWarnings, type Surroundings } from './surroundings.ts';
import type { TargetFacts } from './target-facts.ts';

/** Everything that decides about a restore: the job, facts about the dump, facts about the target. */
export interface RestoreQuestion {
  job: RestoreJob;
  destination: Instance;
  manifest: Manifest;
  facts: DatabaseFacts;
  toc: Toc;
  files: readonly StoredFile[];
  target: TargetFacts;
  /** Version of the pg_restore that would be used. */
  tool: ToolVersion;
  /** Name of the staging database, see stagingName. */
  staging: string;
  surroundings: Surroundings;
  /** The database that is restored into, see goesInto; null: there is none, or it is replaced as a whole. */
  inside: ExistingObjects | null;
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

/**
 * Plans the restore of a full dump into a database of its own, which then takes its name and, if there is one, the place
 * of the database that has this name.
 * @throws PgSnapManError run_failed when the dump contradicts itself
 */
export function planRestore(question: RestoreQuestion): RestorePlan {
  const { job, destination, manifest, facts, toc, files, target, staging } = question;
  const sameInstance = isSameInstance(manifest, destination);
  const withRoles = job.role_handling === 'use';
  const mapping = mapRoles(facts, job.role_map, target);
  const part = planPart(job, toc.entries, question.inside, {
    suffix: keptSuffix(question.staging),
    superuser: target.user.superuser,
    partialDump: manifest.schemas.length > 0 || manifest.tables.length > 0,
  });
  const into = question.inside !== null;
  const planned = planRolesOf(question, part.entries);
  const roles = withRoles ? planned : null;
  const exists = roleExists(target, roles);
  const selection = selectEntries(part.entries, {
    sameInstance,
    keep: job.keep,
    withoutRoles: !withRoles,
    roleExists: exists,
    targetName: mapping.targetName,
  });
  const tablespaces = planTablespaces(job, destination, facts, selection.entries, target);
  const properties = planProperties(question, mapping, exists);
  const existing = into
    ? { replaces: null, refusals: [], warnings: [] }
    : planExisting({ ...question, sameInstance, triggered: question.surroundings.triggered });
  const refusals = [
    ...refuseJob(job, destination, manifest),
    ...part.refusals,
    ...existing.refusals,
    ...refuseTarget({ ...question, entries: selection.entries, into }),
    ...refuseSurroundings(question),
    ...(roles === null ? [] : refuseRoles({ ...question, mapping, plan: roles, entries: selection.entries })),
    ...tablespaces.refusals,
  ];
  const first = planSchemas(part.missingSchemas, facts, { withRoles, targetName: mapping.targetName, exists });
  const plan = {
    refusals,
    warnings: [
      ...olderServer(manifest, target),
      ...existing.warnings,
      ...roomWarnings(question, existing.replaces?.way === 'drop_before' ? (target.existing?.size_bytes ?? 0) : 0),
      ...(roles === null ? [] : planWarnings(question, mapping, selection.entries)),
      ...(roles?.warnings ?? []),
      ...part.warnings,
      ...selection.warnings,
      ...reachingOut(selection.entries, sameInstance),
      ...(into ? [] : properties.warnings),
    ],
    notes: [...part.notes, ...(roles?.notes ?? []), ...tablespaces.notes, ...planNotes(question, selection.entries)],
    target: job.dest_dbname,
    staging,
    replaces: existing.replaces,
    sameInstance,
    roles,
    createDatabase: createDatabaseSql(staging, facts.database, target.server_version_num, tablespaces.database),
    tablespaces: { used: tablespaces.used, database: tablespaces.database, wanted: tablespaces.wanted },
    changes: { roles: withRoles ? mapping.renamed : new Map(), tablespaces: tablespaces.renamed },
    selection: { dumpIds: selection.dumpIds, entries: selection.entries },
    expected: expectedContent(selection.entries, files),
    secondChance: secondChancePath(manifest.trusted, facts),
    first,
    last: part.last,
    expectedAtLast: underOtherName(expectedContent(selection.entries, files), schemaAsOf(job)),
    into: into ? planInto(question, part) : null,
    propertiesOf: properties.from,
    propertiesFromInside: properties.inside,
    properties: properties.statements,
  };
  return { ...plan, steps: planSteps(plan, question) };
}

/** By the catalog's number where both are known, else by where they are reached. */
function isSameInstance({ instance }: Manifest, destination: Instance): boolean {
  if (instance.id !== null) return instance.id === destination.id;
  return instance.host === destination.host && instance.port === destination.port;
}

/**
 * The roles that a restore creates. A database that exists gets those that its new entries need, one of its own all that
 * the dump's database depends on.
 */
export function planRolesOf(question: RestoreQuestion, entries: readonly TocEntry[]): RolePlan {
  const { job, manifest, target, inside } = question;
  const facts = inside === null ? question.facts : rolesOf(question.facts, entries);
  const mapping = mapRoles(facts, job.role_map, target);
  return planRoles(facts, { passwords: job.passwords, trusted: manifest.trusted, mapping, target });
}

function roleExists(target: TargetFacts, roles: RolePlan | null): (name: string) => boolean {
  const names = new Set([...target.roles.map(({ name }) => name), ...(roles?.create ?? [])]);
  return (name) => names.has(name);
}
