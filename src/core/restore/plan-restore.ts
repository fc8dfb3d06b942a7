import type { Manifest } from '../manifest/manifest.ts';
import type { Instance } from '../model/configuration.ts';
import type { TocEntry } from '../postgres/toc.ts';
import { reachingOut, selectEntries } from './archive-selection.ts';
import { createDatabaseSql } from './database-sql.ts';
import { expectedContent } from './expected-content.ts';
import { expectedObjects } from './expected-objects.ts';
import { keptSuffix, planInto, planSchemas, rolesOf } from './partial/plan-into.ts';
import { planPart } from './partial/plan-part.ts';
import { schemaAsOf, underOtherName } from './partial/schema-as.ts';
import { planExisting } from './plan-existing.ts';
import { planProperties } from './plan-properties.ts';
import { planSteps } from './plan-steps.ts';
import { planTablespaces } from './plan-tablespaces.ts';
import { olderServer, planNotes, planWarnings } from './plan-warnings.ts';
import { refuseJob } from './refuse-job.ts';
import { refuseRoles } from './refuse-roles.ts';
import { refuseTarget } from './refuse-target.ts';
import type { RestorePlan } from './restore-plan.ts';
import type { RestoreQuestion } from './restore-question.ts';
import { mapRoles } from './role-mapping.ts';
import type { RolePlan } from './role-plan.ts';
import { planRoles } from './role-sql.ts';
import { secondChancePath } from './second-chance.ts';
import { refuseSurroundings, roomWarnings } from './surroundings.ts';
import type { TargetFacts } from './target-facts.ts';

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
    objects: expectedObjects(selection.entries, {
      utf8: toc.encoding === 'UTF8' && facts.database.encoding === 'UTF8',
      options: job.options,
    }),
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
