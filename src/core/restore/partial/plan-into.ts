import type { DatabaseFacts } from '../../facts/database-facts.ts';
import { qualifiedName } from '../../postgres/identifiers.ts';
import type { TocEntry } from '../../postgres/toc.ts';
import { type ExpectedContent, expectedContent } from '../expected-content.ts';
import type { RestoreQuestion } from '../restore-question.ts';
import { rolesInSql } from '../roles-in-sql.ts';
import type { Statement } from '../statement.ts';
import type { PartPlan } from './plan-part.ts';
import { createSchema, type SchemaOptions } from './schema-sql.ts';

/** What is done around the script of pg_restore, in the same transaction. */
export interface IntoPlan {
  before: Statement[];
  /** Conditions that must be true before the commit, with what is said if one is not. */
  checks: { sql: string; sentence: string }[];
}

/** What is kept under another name gets the eight digits of the run: `_pgsnapman_old_0a1b2c3d`. */
export const keptSuffix = (staging: string): string => `_pgsnapman_old_${staging.slice(-8)}`;

/** Makes the schemas that the archive cannot make. */
export function planSchemas(names: readonly string[], facts: DatabaseFacts, options: SchemaOptions): Statement[] {
  return names.flatMap((name) =>
    createSchema(name, facts.schemas.find((schema) => schema.name === name) ?? null, options),
  );
}

export function planInto({ files, inside }: RestoreQuestion, part: PartPlan): IntoPlan {
  const partitioned = new Set(
    inside?.relations.filter(({ kind }) => kind === 'p').map(({ schema, name }) => JSON.stringify([schema, name])),
  );
  const { tables } = expectedContent(part.entries, files);
  return {
    before: part.statements,
    checks: [...tables.flatMap(countCheck(partitioned)), ...part.checks],
  };
}

/**
 * Every table must hold the rows of the dump, no more and no less: it is new, or was empty. One that several files go
 * into through its root is counted with the partitions that have files of their own, so it cannot be told apart here.
 */
function countCheck(partitioned: ReadonlySet<string>) {
  return ({ schema, name, rows }: ExpectedContent['tables'][number]): IntoPlan['checks'] => {
    if (partitioned.has(JSON.stringify([schema, name]))) return [];
    return [
      {
        sql: `(select count(*) from only ${qualifiedName(schema, name)}) = ${rows}`,
        sentence: `table "${schema}"."${name}" has not got the ${rows} rows of the dump`,
      },
    ];
  };
}

/** Only the roles that some entries need, with those that these are members of. */
export function rolesOf(facts: DatabaseFacts, entries: readonly TocEntry[]): DatabaseFacts {
  const needed = new Set(entries.flatMap(({ owner, desc, defn }) => [owner, ...rolesInSql(desc, defn)]));
  for (let before = -1; before !== needed.size; ) {
    before = needed.size;
    for (const { role, member } of facts.memberships) if (needed.has(member)) needed.add(role);
  }
  return {
    ...facts,
    roles: facts.roles.filter(({ name, bootstrap }) => bootstrap || needed.has(name)),
    memberships: facts.memberships.filter(({ member }) => needed.has(member)),
  };
}
