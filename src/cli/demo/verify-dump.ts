import { rm } from 'node:fs/promises';
import { PgSnapManError } from '../../core/errors.ts';
import { countOf, formatBytes } from '../../core/text/numbers.ts';
import { runChild } from '../../worker/process/run-child.ts';
import type { Repository } from '../../worker/repository/repository.ts';
import type { ToolSet } from '../../worker/tools/find-tools.ts';

/**
 * Reads a dump back as a restore would: every file out of the repository with its hash checked, and its table of contents
 * by pg_restore. `scratch` must not exist, and does not afterwards.
 * @throws PgSnapManError run_failed
 */
export async function verifyDump(
  repository: Repository,
  uuid: string,
  scratch: string,
  tools: ToolSet,
): Promise<{ text: string }> {
  try {
    await repository.materialize(uuid, scratch);
    const files = await repository.files(uuid);
    const listed = await runChild({ file: tools.pgRestore, args: ['--list', scratch], env: {} });
    if (listed.exitCode !== 0) {
      throw new PgSnapManError(
        'run_failed',
        `pg_restore can't read the dump: ${listed.stderrTail.at(-1) ?? listed.startError ?? 'no reason given'}`,
        'this should not happen, please report it',
      );
    }
    const entries = listed.stdout.split('\n').filter((line) => /^\d+;/.test(line)).length;
    const bytes = files.reduce((sum, file) => sum + file.size_bytes, 0);
    return {
      text: `dump read back: ${countOf(files.length, 'file')} (${formatBytes(bytes)}), each with its SHA-256; pg_restore lists ${countOf(entries, 'object')}`,
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
