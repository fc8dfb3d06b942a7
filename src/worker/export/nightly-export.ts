import { chmod, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { configurationText } from '../../core/configuration-file/configuration-file.ts';
import { libpqEnvironment } from '../../core/connection/connection-settings.ts';
import { exportConfiguration } from '../../sql/catalog/configuration-export.ts';
import type { Connection } from '../../sql/connection.ts';
import { syncDirectory, writeDurably } from '../files/durable.ts';
import { runChild } from '../process/run-child.ts';
import type { WorkSession } from '../run/work-session.ts';

/** In the repository, so that whoever mirrors that has it too. */
const EXPORT_FOLDER = 'catalog';
export const EXPORT_FILE = 'configuration.toml';
/** Of an embedded catalog: everything, for pg_restore. */
const CATALOG_DUMP = 'catalog.dump';

/**
 * Writes what the catalog alone knows into the repository: the configuration as a readable file, and a dump of an
 * embedded catalog. Each replaces the one before in one rename.
 */
export async function exportNightly(session: WorkSession, catalog: Connection): Promise<void> {
  const { worker } = session;
  const folder = join(worker.root.repository, EXPORT_FOLDER);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeDurably(join(folder, EXPORT_FILE), configurationText(await exportConfiguration(catalog)));
  if (worker.configuration.catalog.url === 'local') await dumpCatalog(session, catalog, folder);
}

/** The text of the last export; null: there is none. */
export function readNightlyExport(repository: string): Promise<string | null> {
  return readFile(join(repository, EXPORT_FOLDER, EXPORT_FILE), 'utf8').catch(() => null);
}

async function dumpCatalog({ worker, reporter }: WorkSession, catalog: Connection, folder: string): Promise<void> {
  const { toolsFor } = await import('../tools/find-tools.ts');
  const path = join(folder, CATALOG_DUMP);
  const temporary = join(folder, `.tmp-${CATALOG_DUMP}`);
  const tool = toolsFor(catalog.serverVersionNum, await worker.tools());
  const command = {
    file: tool.pgDump,
    args: ['--format=custom', '--schema=pgsnapman', '--no-owner', '--no-password', `--file=${temporary}`],
    env: libpqEnvironment(catalog.settings),
  };
  await rm(temporary, { force: true });
  const { exitCode, stderrTail, startError } = await runChild(command, { stdout: 'ignore' });
  if (exitCode !== 0 || (await stat(temporary)).size === 0) {
    const reason = startError ?? stderrTail.at(-1) ?? 'no reason given';
    await reporter.report('error', `the embedded catalog could not be dumped: ${reason}`, { job_class: 'clean' });
    return;
  }
  await chmod(temporary, 0o600);
  await rename(temporary, path);
  await syncDirectory(folder);
}
