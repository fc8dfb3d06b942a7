import { describe, expect, it } from 'vitest';
import { Output } from '../../../src/cli/output/output.ts';
import { dumpSentence, reportDump, reportRestore } from '../../../src/cli/run-report.ts';
import { PgSnapManError } from '../../../src/core/errors.ts';
import {
  type DumpResult,
  dumpResultSchema,
  type RestoreResult,
  restoreResultSchema,
} from '../../../src/core/model/results.ts';
import { recordingSurroundings } from '../../support/surroundings.ts';

const UUID = '01a205a3-3938-70df-ba01-379c9f348e7a';
const times = { started_at: '2026-01-31T03:00:00Z', ended_at: '2026-01-31T03:00:12Z' };

function dump(changes: Partial<DumpResult> = {}): DumpResult {
  const nothing = Object.fromEntries(Object.keys(dumpResultSchema.shape).map((key) => [key, null]));
  const base = {
    ...nothing,
    ...times,
    uuid: UUID,
    dbname: 'shop',
    dump_type: 'full',
    schemas: [],
    tables: [],
    options: [],
  };
  const rest = { trigger_kind: 'manual', outcome: 'ok', warnings: [], pgsnapman_version: '0', verified_level: 1 };
  const figures = { table_count: 3, row_count: 1200, raw_bytes: 18_245_222, new_bytes: 2_202_009 };
  const versions = { server_version: '15.18', tool_version: '15.18' };
  return dumpResultSchema.parse({ ...base, ...rest, ...figures, ...versions, ...changes });
}

function restore(changes: Partial<RestoreResult> = {}): RestoreResult {
  const nothing = Object.fromEntries(Object.keys(restoreResultSchema.shape).map((key) => [key, null]));
  const base = {
    ...nothing,
    ...times,
    uuid: UUID,
    dest_dbname: 'copy',
    dest_instance_name: 'test',
    trigger_kind: 'dump',
  };
  return restoreResultSchema.parse({ ...base, outcome: 'ok', warnings: [], pgsnapman_version: '0', ...changes });
}

function outcome(work: (output: Output) => unknown, json = false): { out: string; err: string; ended: unknown } {
  const around = recordingSurroundings();
  const output = new Output(around, { json, color: false, yes: false, quiet: false, verbose: false });
  let ended: unknown;
  try {
    ended = work(output);
  } catch (error) {
    ended = error;
  }
  return { out: around.out(), err: around.err(), ended };
}

const failed = { outcome: 'failed', message: 'the database is gone; look for it', raw_bytes: null } as const;

describe('how a run ended', () => {
  it('is one sentence with its figures', () => {
    expect(dumpSentence(dump())).toBe(
      'dump of shop: ok, 3 tables, 1,200 rows, 17.4 MiB (2.1 MiB new on disk), took 12s',
    );
  });

  it('well, is printed, with its warnings beside it', () => {
    const { out, err, ended } = outcome((output) => reportDump(output, dump({ warnings: ['w\n1'] }), []));
    expect([out.startsWith('dump of shop: ok'), err, ended]).toEqual([true, 'warning: w 1\n', 0]);
  });

  it('badly, is an error with sentence and hint, and exit code 20', () => {
    const { out, ended } = outcome((output) => reportDump(output, dump(failed), []));
    expect(out).toBe('');
    expect(ended).toMatchObject({
      exitCode: 20,
      message: 'dump of shop failed: the database is gone',
      hint: 'look for it',
    });
  });

  it('cancelled or stalled, is said so', () => {
    const cancelled = outcome((output) => reportDump(output, dump({ ...failed, outcome: 'cancelled' }), [])).ended;
    expect(cancelled).toMatchObject({ exitCode: 130, message: expect.stringContaining('was cancelled') });
    const stalled = outcome((output) => reportRestore(output, restore({ outcome: 'stalled', message: null }))).ended;
    expect(stalled).toMatchObject({ exitCode: 20, hint: expect.any(String) });
  });

  it('for want of tools that fit the server, is a matter of configuration; for any other reason it is a failed run', () => {
    const ended = (error_code: DumpResult['error_code']) => [
      outcome((output) => reportDump(output, dump({ ...failed, error_code }), [])).ended,
      outcome((output) => reportRestore(output, restore({ outcome: 'failed', message: 'no', error_code }))).ended,
    ];
    for (const error of ended('configuration')) expect(error).toMatchObject({ exitCode: 3 });
    for (const code of ['run_failed', 'not_found', null] as const)
      for (const error of ended(code)) expect(error).toMatchObject({ exitCode: 20 });
  });

  it('with --json is the whole result on standard output, also of a failed run', () => {
    const { out, ended } = outcome((output) => reportDump(output, dump(failed), []), true);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'failed', restores: [] });
    expect(ended).toBeInstanceOf(PgSnapManError);
  });

  it('with a triggered restore that failed, is partly done', () => {
    const bad = restore({ outcome: 'failed', message: 'no room' });
    const { out, err, ended } = outcome((output) => reportDump(output, dump(), [restore(), bad]));
    expect(out.split('\n')[1]).toBe('restore to copy on test: ok, took 12s');
    expect(err).toBe('error: restore to copy on test failed: no room\n');
    expect(ended).toBe(21);
  });
});
