import type { RestoreJob } from '../../model/configuration.ts';
import { parseQualifiedName } from '../../postgres/identifiers.ts';
import type { TocEntry } from '../../postgres/toc.ts';
import type { Refusal } from '../refusal.ts';
import type { Statement } from '../statement.ts';
import type { ExistingObjects } from './existing-objects.ts';
import type { ThereAlready } from './needs.ts';
import { keyOfEntry, objectKey } from './object-key.ts';
import { ofType } from './of-type.ts';
import { filledTables, planData } from './plan-data.ts';
import { namedRelations, planReplaced, type ReplacedObjects } from './replaced.ts';
import { refuseSchemaAs, renamingStatements, type SchemaAs, schemaAsOf, textsThatName } from './schema-as.ts';
import { type PartialSelection, selectPartial } from './select-partial.ts';
import type { Wanted } from './wanted.ts';

export type PartJob = Pick<
  RestoreJob,
  'dest_dbname' | 'restore_type' | 'schemas' | 'tables' | 'existing_db' | 'existing_data' | 'schema_as'
>;

/** What of a dump is restored, and what is done for it in a database that exists. */
export interface PartPlan {
  entries: TocEntry[];
  /** Schemas that the archive cannot make. */
  missingSchemas: string[];
  /** Run in the transaction before anything is restored. */
  statements: Statement[];
  /** Run at the very end, when everything has been checked. */
  last: Statement[];
  /** Conditions that must be true before the transaction may be committed. */
  checks: { sql: string; sentence: string }[];
  refusals: Refusal[];
  warnings: string[];
  notes: string[];
}

/** What people asked for by name. @throws PgSnapManError usage for a table without its schema */
const wantedOf = ({ schemas, tables }: Pick<PartJob, 'schemas' | 'tables'>): Wanted => ({
  schemas,
  tables: tables.map(parseQualifiedName),
});

/** True: only some schemas or tables. */
const isPartial = ({ schemas, tables }: Pick<PartJob, 'schemas' | 'tables'>): boolean =>
  schemas.length > 0 || tables.length > 0;

/** True: if the database exists, it is restored into; otherwise it would be replaced as a whole. */
export const goesInto = (job: PartJob): boolean => isPartial(job) || job.restore_type === 'data';

/** What a restore into a database that exists must ask it about, see readExistingObjects. */
export function concernedBy(job: PartJob, all: readonly TocEntry[]) {
  const wanted = wantedOf(job);
  const as = schemaAsOf(job);
  if (job.restore_type === 'data') {
    const { entries } = selectData(all, wanted);
    return { replacedSchemas: [], replacedTables: [], filledTables: filledTables(entries) };
  }
  return {
    replacedSchemas: as === null ? wanted.schemas : [as.to],
    replacedTables: namedRelations(all, wanted),
    filledTables: [],
  };
}

/**
 * Chooses what a job asks for, and plans what becomes of what stands there already.
 * @param existing null: the database does not exist yet, or is replaced as a whole
 * @param suffix of the names of what is kept
 */
export function planPart(
  job: PartJob,
  all: readonly TocEntry[],
  existing: ExistingObjects | null,
  options: { suffix: string; superuser: boolean; partialDump: boolean },
): PartPlan {
  if (job.restore_type === 'data') return planRows(job, all, existing, options);
  const wanted = wantedOf(job);
  const as = schemaAsOf(job);
  const inTheWay = as === null ? wanted : { ...wanted, schemas: [as.to] };
  const replaced = existing === null ? null : replacedBy(job, all, inTheWay, existing, options.suffix);
  const { first, last } = renaming(as, existing, options.suffix);
  const there = thereAfter(existing, replaced, first.length > 0 ? as : null);
  const selection = selectPartial(all, wanted, there, options.partialDump);
  return {
    entries: ofType(selection.entries, job.restore_type),
    missingSchemas: selection.missingSchemas,
    statements: [...(replaced?.statements ?? []), ...first],
    last,
    checks: [],
    refusals: [...refuseSchemaAs(job), ...(replaced?.refusals ?? []), ...refuseSelection(selection, wanted)],
    warnings: [
      ...(replaced?.warnings ?? []),
      ...warnOfSelection(selection),
      ...(as === null ? [] : textsThatName(selection.entries, as)),
    ],
    notes: selection.brought.length === 0 ? [] : [`brought along as it is needed: ${selection.brought.join(', ')}`],
  };
}

/** Data need no other choice than by name: what they are put into is there already. */
function selectData(all: readonly TocEntry[], wanted: Wanted): PartialSelection {
  const everything: ThereAlready = { schema: () => true, object: () => true };
  const selection = selectPartial(all, wanted, everything, false);
  return { ...selection, entries: ofType(selection.entries, 'data') };
}

function planRows(
  job: PartJob,
  all: readonly TocEntry[],
  existing: ExistingObjects | null,
  { superuser }: { superuser: boolean },
): PartPlan {
  const wanted = wantedOf(job);
  const selection = selectData(all, wanted);
  const nothing = { missingSchemas: [], statements: [], last: [], checks: [], warnings: [], notes: [] };
  if (existing === null) {
    const refusal = {
      sentence: `there is no database "${job.dest_dbname}" whose tables could take the rows`,
      hint: 'use type full, or restore the definitions first (type schema)',
    };
    return {
      ...nothing,
      entries: selection.entries,
      refusals: [refusal, ...refuseSchemaAs(job), ...refuseSelection(selection, wanted)],
    };
  }
  const truncate = job.existing_data === 'truncate';
  const data = planData(selection.entries, existing, { truncate, superuser, dbname: job.dest_dbname });
  return {
    ...nothing,
    entries: data.entries,
    statements: data.statements,
    checks: data.checks,
    refusals: [...refuseSchemaAs(job), ...data.refusals, ...refuseSelection(selection, wanted)],
    warnings: data.warnings,
    notes: ['materialized views are not filled again by a restore of data'],
  };
}

function replacedBy(
  job: PartJob,
  all: readonly TocEntry[],
  wanted: Wanted,
  existing: ExistingObjects,
  suffix: string,
): ReplacedObjects {
  const way = job.existing_db === 'leave' ? 'refuse' : job.existing_db === 'rename' ? 'rename' : 'drop';
  return planReplaced(all, wanted, existing, { replacement: way, suffix, dbname: job.dest_dbname });
}

function renaming(as: SchemaAs | null, existing: ExistingObjects | null, suffix: string) {
  if (as === null) return { first: [], last: [] };
  const aside = `pgsnapman_aside${suffix}`;
  return renamingStatements(as, existing?.schemas.includes(as.from) ?? false, aside);
}

/** What the database has when the replaced has made way. @param aside a schema that steps aside meanwhile */
function thereAfter(
  existing: ExistingObjects | null,
  replaced: ReplacedObjects | null,
  aside: SchemaAs | null,
): ThereAlready {
  const gone = new Set([...(replaced?.schemas ?? []), ...(aside === null ? [] : [aside.from])]);
  const goneTables = new Set((replaced?.tables ?? []).map(({ schema, name }) => objectKey('relation', schema, name)));
  const objects = new Set((existing?.objects ?? []).map(({ kind, schema, name }) => objectKey(kind, schema, name)));
  for (const { schema, name } of existing?.relations ?? []) objects.add(objectKey('relation', schema, name));
  // every new database has this schema
  const schemas = new Set(existing === null ? ['public'] : existing.schemas.filter((name) => !gone.has(name)));
  return {
    schema: (name) => schemas.has(name),
    object(entry) {
      const key = keyOfEntry(entry);
      return key !== null && objects.has(key) && !goneTables.has(key) && !gone.has(entry.namespace);
    },
  };
}

function refuseSelection({ notFound, impossible, entries }: PartialSelection, wanted: Wanted): Refusal[] {
  const refusals: Refusal[] = [];
  if (notFound.length > 0) {
    refusals.push({
      sentence: `the dump does not hold ${notFound.join(', ')}`,
      hint: '`pgsnapman dump show` lists what is in it; names are exact',
    });
  } else if (entries.length === 0 && wanted.schemas.length + wanted.tables.length > 0) {
    refusals.push({ sentence: 'nothing of the dump is left to restore', hint: 'choose something else' });
  }
  if (impossible.length > 0) {
    refusals.push({
      sentence: `what is not chosen, and not in the target, is needed: ${impossible.join('; ')}`,
      hint: 'choose it, too',
    });
  }
  return refusals;
}

function warnOfSelection({ leftOut }: PartialSelection): string[] {
  return leftOut.map((sentence) => `left out, as it needs what is not restored: ${sentence}`);
}
