import { PgSnapManError } from '../../core/errors.ts';
import type { Command } from '../../core/postgres/command.ts';
import type { TocEntry } from '../../core/postgres/toc.ts';
import { ErrorReader } from '../../core/restore/error-reading.ts';
import { judgeErrors, type Loss } from '../../core/restore/harmless-errors.ts';
import type { Section } from '../../core/restore/restore-progress.ts';
import type { ChildResult } from '../process/run-child.ts';
import type { RestoreRun } from './restore-run.ts';
import { endingText, runTool } from './run-tool.ts';

/** Lines for the log: one for each item, nothing that could hold values. */
const ITEM = /^pg_restore: (creating|executing|processing data for|restoring) /;
export const FAILURE_HINT = 'see the log of the run; the target was not touched';

export interface SectionOptions {
  section: Section;
  entries: ReadonlyMap<number, TocEntry>;
  /** Told of every line of output. */
  onLine(line: string): void;
}

/**
 * Runs pg_restore for one section and judges its errors. Harmless ones become warnings; returns what was lost.
 * @throws RunStopped, or PgSnapManError run_failed when pg_restore itself broke
 */
export async function runPgRestore(run: RestoreRun, command: Command, options: SectionOptions): Promise<Loss[]> {
  const reader = new ErrorReader();
  const result = await runTool(run, command, {
    stdout: 'ignore',
    onStderrLine: (line) => {
      reader.push(line);
      options.onLine(line);
      if (ITEM.test(line)) run.log(line);
    },
  });
  run.stop.check();
  return judgeResult(run, result, reader, options);
}

function judgeResult(run: RestoreRun, result: ChildResult, reader: ErrorReader, options: SectionOptions): Loss[] {
  if (result.exitCode === 0) return [];
  const { harmless, losses } = judgeErrors(reader, options.entries);
  for (const { sentence } of losses) run.log(`error: ${sentence}`);
  for (const sentence of harmless) run.warn(sentence);
  if (result.exitCode === 1 && reader.complete) return losses;
  const last = reader.errors.at(-1);
  throw new PgSnapManError(
    'run_failed',
    `restoring ${options.section} failed: ${endingText('pg_restore', result)}${last === undefined ? '' : `; ${last.message}`}`,
    FAILURE_HINT,
  );
}
