import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isClusterDump } from '../../core/cluster-dump/cluster-command.ts';
import { globalsSql } from '../../core/dump/globals-sql.ts';
import { restoreScript } from '../../core/dump/restore-script.ts';
import { PgSnapManError } from '../../core/errors.ts';
import type { Repository } from './repository.ts';
import { storageError } from './storage-error.ts';

/**
 * Writes a dump as a plain pg_dump directory, with `globals.sql` and `restore.sh` in it: pg_restore passes over files that
 * its table of contents does not name. A dump of a whole cluster is its one file for psql.
 * @param directory must not exist
 * @throws PgSnapManError usage if it does, not_found, run_failed
 */
export async function exportDump(repository: Repository, uuid: string, directory: string): Promise<void> {
  const found = await repository.manifest(uuid);
  // The roles of such a dump are in its stream, which is for psql.
  const facts = found !== null && isClusterDump(found.manifest) ? null : await repository.facts(uuid);
  await repository.materialize(uuid, directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw storageError(error, 'exporting the dump');
    throw new PgSnapManError('usage', `${directory} exists already`, 'name a folder that does not exist yet');
  });
  if (facts === null) return;
  await writeFile(join(directory, 'globals.sql'), globalsSql(facts), { mode: 0o600 });
  await writeFile(join(directory, 'restore.sh'), restoreScript(facts), { mode: 0o700 });
}
