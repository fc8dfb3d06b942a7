import { writeFile } from 'node:fs/promises';
import { configurationText } from '../core/configuration-file/configuration-file.ts';
import { errorText, PgSnapManError } from '../core/errors.ts';
import { countOf } from '../core/text/numbers.ts';
import type { Context } from './context.ts';

/** `catalog export FILE`: TOML, or JSON with --json or a name that ends so. */
export async function exportConfigurationTo(
  { output, ...context }: Context,
  [path = '']: readonly string[],
): Promise<void> {
  const { exportConfiguration } = await import('../sql/catalog/configuration-export.ts');
  const file = await context.withCatalog((catalog) => exportConfiguration(catalog));
  const { tables, ...head } = file;
  const asJson = path.endsWith('.json') || (path === '-' && output.json);
  const text = asJson ? `${JSON.stringify({ ...head, ...tables }, null, 1)}\n` : configurationText(file);
  if (path === '-') {
    output.line(text.trimEnd());
    return;
  }
  await writeFile(path, text, { mode: 0o600 }).catch((error: unknown) => {
    throw new PgSnapManError('usage', `${path} cannot be written: ${errorText(error)}`, 'give another file');
  });
  const rows = Object.values(tables).reduce((sum, each) => sum + each.length, 0);
  output.result(`${countOf(rows, 'row')} are in ${path}`, { file: path, rows });
}
