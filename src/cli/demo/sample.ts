import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { catalogConnection, libpqEnvironment } from '../../core/connection/connection-settings.ts';
import { PgSnapManError } from '../../core/errors.ts';
import { connectionSources } from '../../sql/connection-sources.ts';
import { runChild } from '../../worker/process/run-child.ts';
import type { ToolSet } from '../../worker/tools/find-tools.ts';

/** Beside the built program, or in the sources. */
function sampleFolder(): string {
  const places = [
    join(import.meta.dirname, 'sample'),
    join(import.meta.dirname, '..', '..', '..', 'fixtures', 'sample'),
  ];
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new PgSnapManError(
    'configuration',
    'the sample database is not installed with this program',
    'run npm run build',
  );
}

async function sqlFiles(folder: string): Promise<string[]> {
  return (await readdir(folder))
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => join(folder, name));
}

/** Files that make the sample database, in order. */
export const sampleFiles = (): Promise<string[]> => sqlFiles(sampleFolder());

/** Files that change it as a day of business does. */
export const nextDayFiles = (): Promise<string[]> => sqlFiles(join(sampleFolder(), 'next-day'));

/** Runs SQL files by psql in the database of a URL. @throws PgSnapManError run_failed with psql's first error */
export async function applyFiles(
  url: string,
  files: readonly string[],
  tools: ToolSet,
  signal: AbortSignal,
): Promise<void> {
  const env = libpqEnvironment(catalogConnection(url, connectionSources()));
  for (const file of files) {
    const args = ['--no-psqlrc', '--quiet', '--no-password', '--set', 'ON_ERROR_STOP=1', '--file', file];
    const result = await runChild({ file: tools.psql, args, env }, { signal });
    if (result.exitCode === 0) continue;
    if (signal.aborted) throw new PgSnapManError('cancelled', 'the demo was cancelled', 'everything was stopped');
    const reason = result.stderrTail.find((line) => /error/i.test(line)) ?? result.startError ?? 'no reason given';
    throw new PgSnapManError('run_failed', `psql could not run ${file}: ${reason}`, 'is the installation complete?');
  }
}
