import { writeFile } from 'node:fs/promises';
import type { TocEntry } from '../../core/postgres/toc.ts';
import { listFile } from '../../core/restore/archive-selection.ts';
import { countGroups, holdRowsSql, PARTITIONED_TABLES_SQL, tableKey } from '../../core/restore/check-sql.ts';
import type { ExpectedContent } from '../../core/restore/expected-content.ts';
import { entryText, type Loss } from '../../core/restore/harmless-errors.ts';
import { psqlCommand, type RestoreCommandOptions, scriptCommand } from '../../core/restore/restore-command.ts';
import { lossesOfAgain, planAgain, tellingTables } from '../../core/restore/second-chance.ts';
import { pipeIntoPsql } from './pipe-into-psql.ts';
import type { RestoreRun } from './restore-run.ts';

export interface SecondChance {
  /** See secondChancePath. */
  searchPath: string;
  psql: string;
  expected: ExpectedContent;
  /** Those of the section that has just been restored. */
  entries: readonly TocEntry[];
  losses: readonly Loss[];
  command: RestoreCommandOptions;
  onLine(line: string): void;
}

/**
 * Runs the entries of a section that failed again, with the search_path of the source, each in a transaction of its own.
 * Before the next section: after it triggers would fire for rows that come late, and materialized views would have been
 * filled without them.
 * @returns what is lost all the same
 * @throws RunStopped, PgSnapManError
 */
export async function runAgain(run: RestoreRun, chance: SecondChance): Promise<Loss[]> {
  const { entries, lost } = planAgain(chance.losses, chance.entries, await whichHoldRows(run, chance));
  const failures = new Map<TocEntry, string>();
  for (const entry of entries) {
    run.stop.check();
    const failure = await runEntry(run, chance, entry);
    run.log(failure === null ? `restored again: ${entryText(entry)}` : `error: again ${entryText(entry)}: ${failure}`);
    if (failure !== null) failures.set(entry, failure);
  }
  return [...lost, ...lossesOfAgain(chance.losses, failures)];
}

/** One that fills a materialized view is run as its owner would do it: with the policies that hold for the owner. */
async function runEntry(run: RestoreRun, chance: SecondChance, entry: TocEntry): Promise<string | null> {
  const { command, searchPath, psql, onLine } = chance;
  await writeFile(command.listPath, listFile([entry.dumpId]), { mode: 0o600 });
  return pipeIntoPsql(run, {
    script: scriptCommand(command),
    psql: psqlCommand(psql, command),
    header: { searchPath, rowSecurity: entry.desc === 'MATERIALIZED VIEW DATA' },
    before: '',
    after: '',
    onLine,
  });
}

/** By tableKey; a partitioned table holds no rows itself, and is not in it. */
async function whichHoldRows(run: RestoreRun, { command, entries, expected }: SecondChance) {
  const found = new Map<string, boolean>();
  const tables = tellingTables(entries, expected);
  if (tables.length === 0) return found;
  const c = await run.connect(command.connection.dbname, { session: { row_security: 'off' } });
  try {
    const partitioned = new Set((await c.rows<{ schema: string; name: string }>(PARTITIONED_TABLES_SQL)).map(tableKey));
    for (const group of countGroups(tables.filter((table) => !partitioned.has(tableKey(table))))) {
      for (const { place, some } of await c.rows<{ place: number; some: boolean }>(holdRowsSql(group))) {
        const table = group[place];
        if (table !== undefined) found.set(tableKey(table), some);
      }
    }
  } finally {
    await c.close();
  }
  return found;
}
