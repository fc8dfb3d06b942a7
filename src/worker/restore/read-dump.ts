import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PgSnapManError } from '../../core/errors.ts';
import type { DatabaseFacts } from '../../core/facts/database-facts.ts';
import type { Manifest, StoredFile } from '../../core/manifest/manifest.ts';
import { parseToc, type Toc } from '../../core/postgres/toc.ts';
import { refuseJob } from '../../core/restore/refuse-job.ts';
import type { RestoreRun } from './restore-run.ts';
import { throwRefusals } from './throw-refusals.ts';

/** What the repository knows about a dump, without its data. */
export interface DumpParts {
  manifest: Manifest;
  facts: DatabaseFacts;
  files: StoredFile[];
  toc: Toc;
}

/** Reads what a plan needs. @throws PgSnapManError when the dump is not there, damaged, or of a kind that is refused */
export async function readDump({ task, context }: RestoreRun): Promise<DumpParts> {
  const { dumps, worker, stagingDirectory } = context;
  const found = await dumps.manifest(task.dumpUuid);
  if (found === null) {
    throw new PgSnapManError(
      'not_found',
      `dump ${task.dumpUuid} is not in the repository of worker "${worker.name}"`,
      'restore it on the worker that took it, or choose another dump',
    );
  }
  throwRefusals(refuseJob(task.job, task.destination, found.manifest));
  const directory = join(stagingDirectory, 'toc');
  await dumps.materialize(task.dumpUuid, directory, ({ role }) => role === 'toc');
  return {
    manifest: found.manifest,
    facts: await dumps.facts(task.dumpUuid),
    files: await dumps.files(task.dumpUuid),
    toc: parseToc(await readFile(join(directory, 'toc.dat'))),
  };
}
