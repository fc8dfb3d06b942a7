import { PgSnapManError } from '../../core/errors.ts';
import { compareContent, type FoundContent } from '../../core/restore/check-findings.ts';
import {
  countGroups,
  countSql,
  EMPTY_VIEWS_SQL,
  type ExpectedTable,
  INVALID_INDEXES_SQL,
  LARGE_OBJECTS_SQL,
  PARTITIONED_TABLES_SQL,
  PARTITIONS_SQL,
  RELATIONS_SQL,
  sequenceGroups,
  sequenceSql,
  tableKey,
  unvalidatedConstraintsSql,
} from '../../core/restore/check-sql.ts';
import type { ExpectedContent } from '../../core/restore/expected-content.ts';
import type { ExpectedObject } from '../../core/restore/expected-objects.ts';
import { entryText } from '../../core/restore/harmless-errors.ts';
import type { RestorePlan } from '../../core/restore/restore-plan.ts';
import type { Connection } from '../../sql/connection.ts';
import { objectsNotThere } from './check-objects.ts';
import type { RestoreRun } from './restore-run.ts';

const MOST_FINDINGS_IN_MESSAGE = 3;

type Named = { schema: string; name: string };
/** What must be in the database. */
type Wanted = Pick<RestorePlan, 'expected' | 'objects'>;

/**
 * Compares the restored database with what the dump says, on two connections.
 * @throws PgSnapManError run_failed naming the differences, unless the job accepts losses
 */
export async function checkDatabase(
  run: RestoreRun,
  connections: readonly Connection[],
  wanted: Wanted,
): Promise<void> {
  const findings = await databaseDifferences(run, connections, wanted);
  for (const finding of findings) run.log(`error: ${finding}`);
  if (findings.length === 0) return;
  if (run.task.job.accept_losses) {
    for (const finding of findings) run.warn(`lost: ${finding}`);
    return;
  }
  const more =
    findings.length > MOST_FINDINGS_IN_MESSAGE ? ` and ${findings.length - MOST_FINDINGS_IN_MESSAGE} more` : '';
  throw new PgSnapManError(
    'run_failed',
    `the restored database is not what the dump says: ${findings.slice(0, MOST_FINDINGS_IN_MESSAGE).join('; ')}${more}`,
    'see the log of the run; the target was not touched',
  );
}

/** Every difference between the restored database and what the dump says, a sentence each. */
export async function databaseDifferences(
  run: RestoreRun,
  connections: readonly Connection[],
  { expected, objects }: Wanted,
): Promise<string[]> {
  const [first] = connections;
  if (first === undefined) throw new Error('a check needs a connection');
  const missing = await objectsNotThere(first, objects);
  const there = new Set((await first.rows<Named>(RELATIONS_SQL)).map(tableKey));
  const isThere = (relation: Named): boolean => there.has(tableKey(relation));
  const found: FoundContent = {
    sequences: await readSequences(first, expected.sequences.filter(isThere)),
    largeObjects: (await first.row<{ count: number }>(LARGE_OBJECTS_SQL))?.count ?? 0,
    ...(await readStructure(first)),
    rows: await countRows(run, connections, expected.tables.filter(isThere)),
    partitionOf: await readPartitions(first),
  };
  return [
    ...missing.map((object) => `${entryText(object)} is missing`),
    ...compareContent(withoutMissing(expected, missing), found),
  ];
}

/** Of a table that is missing it need not be said that its rows are too. */
function withoutMissing(expected: ExpectedContent, missing: readonly ExpectedObject[]): ExpectedContent {
  const keys = new Set(
    missing
      .filter(({ kind }) => kind === 'relation')
      .map(({ namespace, tag }) => tableKey({ schema: namespace, name: tag })),
  );
  const isLookedAt = (relation: Named): boolean => !keys.has(tableKey(relation));
  return {
    ...expected,
    tables: expected.tables.filter(isLookedAt),
    sequences: expected.sequences.filter(isLookedAt),
  };
}

/**
 * After a script that may have changed rows: tables, indexes, constraints and views must still be there and valid.
 * @throws PgSnapManError run_failed
 */
export async function checkStructure(
  run: RestoreRun,
  [c]: readonly Connection[],
  expected: ExpectedContent,
): Promise<void> {
  if (c === undefined) throw new Error('a check needs a connection');
  run.stage('checking what the script left');
  const there = new Set((await c.rows<Named>(RELATIONS_SQL)).map(tableKey));
  const gone = [...expected.tables, ...expected.sequences].filter((relation) => !there.has(tableKey(relation)));
  const findings = [
    ...gone.map(({ schema, name }) => `"${schema}"."${name}" is gone`),
    ...compareContent(
      { ...expected, tables: [], sequences: [], largeObjects: 0 },
      { ...(await readStructure(c)), sequences: new Map(), largeObjects: 0, rows: new Map(), partitionOf: new Map() },
    ),
  ];
  if (findings.length === 0) return;
  throw new PgSnapManError(
    'run_failed',
    `the script after the restore left the database broken: ${findings.slice(0, MOST_FINDINGS_IN_MESSAGE).join('; ')}`,
    'the restored database was dropped, nobody has seen it; correct the script',
  );
}

async function readStructure(c: Connection) {
  return {
    invalidIndexes: await c.rows<Named>(INVALID_INDEXES_SQL),
    unvalidatedConstraints: await c.rows<Named>(unvalidatedConstraintsSql(c.serverVersionNum)),
    emptyViews: await c.rows<Named>(EMPTY_VIEWS_SQL),
  };
}

async function readSequences(c: Connection, sequences: ExpectedContent['sequences']) {
  const found = new Map<string, { lastValue: string; isCalled: boolean }>();
  for (const group of sequenceGroups(sequences)) {
    const rows = await c.rows<{ place: number; last_value: string; is_called: boolean }>(sequenceSql(group));
    for (const { place, last_value, is_called } of rows) {
      const sequence = group[place];
      if (sequence !== undefined) found.set(tableKey(sequence), { lastValue: last_value, isCalled: is_called });
    }
  }
  return found;
}

async function readPartitions(c: Connection): Promise<Map<string, string>> {
  const rows = await c.rows<Named & { parent_schema: string; parent_name: string }>(PARTITIONS_SQL);
  return new Map(
    rows.map((row) => [tableKey(row), tableKey({ schema: row.parent_schema, name: row.parent_name })] as const),
  );
}

async function countRows(run: RestoreRun, connections: readonly Connection[], tables: readonly ExpectedTable[]) {
  const counts = new Map<string, number>();
  const partitioned = new Set((await connections[0]?.rows<Named>(PARTITIONED_TABLES_SQL))?.map(tableKey));
  const groups = countGroups(tables);
  const work = async (c: Connection) => {
    for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
      run.stop.check();
      for (const { place, rows } of await c.rows<{ place: number; rows: number }>(countSql(group, partitioned))) {
        const table = group[place];
        if (table !== undefined) counts.set(tableKey(table), rows);
      }
      report(run, group, counts.size, tables.length);
    }
  };
  await Promise.all(connections.map(work));
  return counts;
}

function report(run: RestoreRun, group: readonly ExpectedTable[], done: number, total: number): void {
  const last = group.at(-1);
  run.progress({
    stage: 'checking rows',
    item: last === undefined ? null : `${last.schema}.${last.name}`,
    done_bytes: null,
    total_bytes: null,
    done_items: done,
    total_items: total,
  });
}
