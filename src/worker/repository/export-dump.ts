import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isClusterDump } from '../../core/cluster-dump/cluster-command.ts';
import { globalsSql } from '../../core/dump/globals-sql.ts';
import { restoreScript } from '../../core/dump/restore-script.ts';
import { isScriptDump } from '../../core/script/script-dump.ts';
import { exportError, exportScriptDump } from './export-script-dump.ts';
import type { DumpReader } from './repository.ts';

/**
 * Writes a dump as a plain pg_dump directory, with `globals.sql` and `restore.sh` in it: pg_restore passes over files that
 * its table of contents does not name. A dump of a whole cluster is its one file for psql, one of a script the files that it
 * wrote, under their names; neither has a `restore.sh`.
 * @returns whether there is a `restore.sh`
 * @param directory must not exist
 * @throws PgSnapManError usage if it does, not_found, run_failed
 */
export async function exportDump(repository: DumpReader, uuid: string, directory: string): Promise<boolean> {
  const found = await repository.manifest(uuid);
  if (found !== null && isScriptDump(found.manifest)) {
    await exportScriptDump(repository, uuid, directory);
    return false;
  }
  // The roles of such a dump are in its stream, which is for psql.
  const facts = found !== null && isClusterDump(found.manifest) ? null : await repository.facts(uuid);
  await repository.materialize(uuid, directory).catch((error: unknown) => {
    throw exportError(error, directory);
  });
  if (facts === null) return false;
  await writeFile(join(directory, 'globals.sql'), globalsSql(facts), { mode: 0o600 });
  await writeFile(join(directory, 'restore.sh'), restoreScript(facts), { mode: 0o700 });
  return true;
}
