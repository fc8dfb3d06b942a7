import { countOf } from '../core/text/numbers.ts';
import { plain } from '../core/text/plain.ts';
import type { Context } from './context.ts';

/** `catalog rebuild`: on each worker, one after the other. */
export async function rebuildHere(context: Context): Promise<void> {
  const { rebuildCatalog } = await import('../worker/export/rebuild.ts');
  const report = await context.withCatalog((catalog) =>
    context.withWorker((worker) => rebuildCatalog(worker, catalog)),
  );
  const { output } = context;
  if (output.json) return output.result('', report);
  for (const [table, count] of Object.entries(report.added))
    output.line(`added: ${countOf(count, table.replaceAll('_', ' '))}`);
  output.line(`added: ${countOf(report.dumps_added, 'dump')}; ${report.dumps_present} were there`);
  for (const text of report.left_out) output.line(plain(`left out: ${text}`));
  for (const text of report.unknown) output.line(`cannot be known: ${text}`);
}
