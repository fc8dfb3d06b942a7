import { resolve } from 'node:path';
import type { DumpReader } from '../worker/repository/repository.ts';
import type { Context } from './context.ts';

/** `dump export`: a dump of this worker's repository, or of a mirror, as a folder that pg_restore reads. */
export async function exportDumpTo(context: Context, [reference = '', to = '']: readonly string[]): Promise<void> {
  const { exportDump } = await import('../worker/repository/export-dump.ts');
  const directory = resolve(to);
  const { uuid, hasScript } = await context.withWorker(async (worker) => {
    const dumps = await worker.dumps();
    const found = await uuidOf(context, dumps, reference);
    return { uuid: found, hasScript: await exportDump(dumps, found, directory) };
  });
  const way = hasScript ? '; its restore.sh brings it back' : '';
  context.output.result(`dump ${uuid} is in ${directory}${way}`, { uuid, directory });
}

/** An id is looked up in the catalog; the beginning of a uuid in the repository, which needs no catalog. */
async function uuidOf(context: Context, dumps: DumpReader, reference: string): Promise<string> {
  const { asId, theOnly } = await import('../sql/catalog/find-one.ts');
  if (asId(reference) !== null) {
    const { findDump } = await import('../sql/catalog/dumps.ts');
    return (await context.withCatalog((catalog) => findDump(catalog, reference))).uuid;
  }
  const { manifests } = await dumps.list();
  const beginning = reference.toLowerCase();
  const found = manifests.filter(({ uuid }) => beginning !== '' && uuid.startsWith(beginning));
  return theOnly(found, 'dump', reference, ({ uuid }) => uuid).uuid;
}
