import { readFile } from 'node:fs/promises';
import { diffConfiguration, diffLines, type RowChange } from '../core/configuration-file/configuration-diff.ts';
import { type ConfigurationFile, parseConfigurationFile } from '../core/configuration-file/configuration-file.ts';
import { errorText, PgSnapManError } from '../core/errors.ts';
import { countOf } from '../core/text/numbers.ts';
import { plain } from '../core/text/plain.ts';
import type { Connection } from '../sql/connection.ts';
import { confirm, requireConfirmation } from './confirm.ts';
import type { Context } from './context.ts';

/** `catalog import FILE`: shows the difference, asks, and makes all of it or nothing. */
export async function importConfiguration(context: Context, [path = '']: readonly string[]): Promise<void> {
  requireConfirmation(context);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new PgSnapManError('usage', `${path} cannot be read: ${errorText(error)}`, 'give another file');
  });
  const file = parseConfigurationFile(text, path);
  const { output } = context;
  await context.withCatalog(async (catalog) => {
    const changes = await differences(catalog, file);
    if (!output.json) for (const line of diffLines(changes)) output.line(plain(line));
    if (changes.length > 0) {
      await confirm(context, `make ${countOf(changes.length, 'change')}?`);
      const { applyConfiguration } = await import('../sql/catalog/configuration-import.ts');
      await catalog.transaction(() =>
        applyConfiguration(catalog, changes, ({ table, key }, error) => {
          throw new PgSnapManError('usage', `${table} ${key}: ${error.message}; nothing was changed`, error.hint);
        }),
      );
    }
    const done = changes.length === 0 ? 'nothing differs' : `${countOf(changes.length, 'change')} made`;
    output.result(done, { changes });
  });
}

async function differences(catalog: Connection, file: ConfigurationFile): Promise<RowChange[]> {
  const { exportConfiguration, nullableColumns } = await import('../sql/catalog/configuration-export.ts');
  const { hasJobs } = await import('../sql/catalog/configuration-import.ts');
  const current = await exportConfiguration(catalog);
  const brings = file.tables.dump_job.length + file.tables.restore_job.length > 0;
  if (file.catalog_id !== current.catalog_id && brings && (await hasJobs(catalog))) {
    throw new PgSnapManError(
      'usage',
      'the file is of another catalog, where the numbers of jobs mean other jobs than here',
      'take the jobs and triggers out of it, or import it into a catalog that has none',
    );
  }
  return diffConfiguration(current, file, await nullableColumns(catalog));
}
