import { type ErrorCode, EXIT_CODES, PgSnapManError } from '../core/errors.ts';
import { isGood, type Outcome } from '../core/model/outcome.ts';
import type { DumpResult, RestoreResult } from '../core/model/results.ts';
import { formatDuration } from '../core/text/duration.ts';
import { countOf, formatBytes } from '../core/text/numbers.ts';
import { plain } from '../core/text/plain.ts';
import type { Output } from './output/output.ts';

/** A dump in a sentence: `dump of shop: ok, 3 tables, 1,200 rows, 17.4 MiB (2.1 MiB new on disk), took 12s`. */
export function dumpSentence(result: DumpResult): string {
  const { raw_bytes: raw, new_bytes: added } = result;
  const size =
    raw === null ? [] : [`${formatBytes(raw)}${added === null ? '' : ` (${formatBytes(added)} new on disk)`}`];
  return sentence(dumpSubject(result), result, [...counts(result), ...size]);
}

/** A restore in a sentence: `restore to shop2 on test: ok, 3 tables, 1,200 rows, took 12s`. */
export function restoreSentence(result: RestoreResult): string {
  return sentence(restoreSubject(result), result, counts(result));
}

/**
 * Says how a dump and the restores that it triggered ended. Gives the exit code: 21 if a restore failed.
 * @throws PgSnapManError if the dump itself failed: run_failed, configuration (no tools fit the server), cancelled
 */
export function reportDump(output: Output, result: DumpResult, restores: readonly RestoreResult[]): number {
  report(output, dumpSubject(result), dumpSentence(result), { ...result, restores });
  for (const restore of restores) {
    for (const warning of restore.warnings) output.note(`warning: ${warning}`);
    if (!isGood(restore.outcome)) output.note(`error: ${failure(restoreSubject(restore), restore).message}`);
    else if (!output.json) output.line(plain(restoreSentence(restore)));
  }
  return restores.every(({ outcome }) => isGood(outcome)) ? 0 : EXIT_CODES.partly_failed;
}

/** Says how a restore ended. @throws PgSnapManError run_failed, configuration or cancelled, as for a dump */
export function reportRestore(output: Output, result: RestoreResult): void {
  report(output, restoreSubject(result), restoreSentence(result), result);
}

/** What a dump and a restore have in common. */
interface Result {
  outcome: Outcome;
  started_at: Date;
  ended_at: Date;
  warnings: string[];
  message: string | null;
  error_code: ErrorCode | null;
}

function dumpSubject(result: DumpResult): string {
  return `dump of ${result.dbname ?? `all of ${result.instance_name ?? 'the instance'}`}`;
}

function restoreSubject(result: RestoreResult): string {
  return `restore to ${result.dest_dbname} on ${result.dest_instance_name ?? 'its instance'}`;
}

function counts(result: { table_count: number | null; row_count: number | null }): string[] {
  return [
    ...(result.table_count === null ? [] : [countOf(result.table_count, 'table')]),
    ...(result.row_count === null ? [] : [countOf(result.row_count, 'row')]),
  ];
}

function sentence(subject: string, result: Result, figures: readonly string[]): string {
  const took = `took ${formatDuration(result.ended_at.getTime() - result.started_at.getTime())}`;
  return `${subject}: ${[result.outcome, ...figures, took].join(', ')}`;
}

function report<T extends Result>(output: Output, subject: string, text: string, result: T): void {
  for (const warning of result.warnings) output.note(`warning: ${warning}`);
  const good = isGood(result.outcome);
  if (good || output.json) output.result(text, result);
  if (!good) throw failure(subject, result);
}

/**
 * A result's message holds sentence and hint, joined by `; `. Whatever a run failed of is a failed run for scripts, but a
 * machine without fitting tools has to be set up first.
 */
function failure(subject: string, { outcome, message, error_code }: Result): PgSnapManError {
  const [reason = '', ...hint] = (message ?? 'no reason was given').split('; ');
  return new PgSnapManError(
    outcome === 'cancelled' ? 'cancelled' : error_code === 'configuration' ? 'configuration' : 'run_failed',
    `${subject} ${outcome === 'failed' ? 'failed' : `was ${outcome}`}: ${reason}`,
    hint.length === 0 ? 'message list shows what was logged' : hint.join('; '),
  );
}
