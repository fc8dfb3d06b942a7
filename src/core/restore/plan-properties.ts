import type { DatabaseFacts } from '../facts/database-facts.ts';
import type { RestoreJob } from '../model/configuration.ts';
import { databaseProperties, propertiesFromInside } from './database-sql.ts';
import type { RoleMapping } from './role-mapping.ts';
import type { Statement } from './statement.ts';
import type { TargetFacts } from './target-facts.ts';

export interface PlannedProperties {
  /** Whose properties the database gets: the dumped one's, or those of the database that it replaces. */
  from: 'source' | 'target';
  /** What is done to it first, from a session in it. */
  inside: Statement[];
  /** What is done to it in the transaction that gives it its name. */
  statements: Statement[];
  warnings: string[];
}

interface PropertyQuestion {
  job: Pick<RestoreJob, 'role_handling' | 'properties'>;
  facts: Pick<DatabaseFacts, 'database'>;
  target: Pick<TargetFacts, 'user' | 'existing'>;
  staging: string;
}

/** Owner, rights, settings, comment, limits. By default a new database has its source's, and one that is replaced keeps its own. */
export function planProperties(
  question: PropertyQuestion,
  mapping: RoleMapping,
  exists: (role: string) => boolean,
): PlannedProperties {
  const { job, facts, target, staging } = question;
  const old = target.existing?.properties ?? null;
  if (old !== null && job.properties !== 'source') return keptProperties(question, old);
  const withRoles = job.role_handling === 'use';
  const { database } = facts;
  const { inside, others } = split(facts, database);
  const { statements, warnings } = databaseProperties(others, {
    name: staging,
    owner: withRoles ? mapping.targetName(database.owner) : target.user.name,
    restoringRole: target.user.name,
    targetName: mapping.targetName,
    exists,
    withRoles,
  });
  return { from: 'source', inside, statements, warnings };
}

/** The properties of the database that is replaced: every role in them is one of the target. */
export function keptProperties(
  { facts, target, staging }: Pick<PropertyQuestion, 'facts' | 'target' | 'staging'>,
  old: DatabaseFacts['database'],
): PlannedProperties {
  const { inside, others } = split(facts, old);
  const { statements, warnings } = databaseProperties(others, {
    name: staging,
    owner: old.owner,
    restoringRole: target.user.name,
    targetName: (name) => name,
    exists: () => true,
    withRoles: true,
  });
  return { from: 'target', inside, statements, warnings };
}

/** Comment and settings of a database in another encoding than UTF-8 are written from inside of it. */
function split({ database }: Pick<DatabaseFacts, 'database'>, properties: DatabaseFacts['database']) {
  if (database.encoding === 'UTF8') return { inside: [], others: properties };
  return { inside: propertiesFromInside(properties), others: { ...properties, comment: null, settings: [] } };
}
