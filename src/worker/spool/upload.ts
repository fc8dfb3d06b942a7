import { uploadDump, uploadMessage, uploadRestoreResult, uploadSkip } from '../../sql/catalog/upload.ts';
import { type Connection, sqlStateOf } from '../../sql/connection.ts';
import { faultPoint } from '../fault.ts';
import { BrokenFileError } from '../files/json-file.ts';
import type { Reporter } from '../log/reporter.ts';
import type { Spool, Spooled } from './spool.ts';

export interface UploadOptions {
  /** Asked when it is known what there is: results of runs that are not over wait until their queue entry is gone. */
  notYet: () => Promise<ReadonlySet<string>>;
  /** Monotonic time (performance.now) at which to leave the rest for later. */
  deadline: number;
}

/**
 * Uploads what is in the spool, one transaction each, and removes it when the catalog has it. Uploading twice changes
 * nothing. What cannot be read, or what the catalog refuses for its content, is set aside with a message: it would be
 * refused for ever.
 * @throws when the catalog goes away; the rest stays
 */
export async function uploadSpool(
  catalog: Connection,
  spool: Spool,
  reporter: Reporter,
  { notYet, deadline }: UploadOptions,
): Promise<void> {
  const names = await spool.names();
  const waiting = names.length === 0 ? new Set<string>() : await notYet();
  for (const name of names) {
    if (performance.now() > deadline) return;
    try {
      const item = await spool.read(name);
      if (item === undefined || waiting.has(item.value.uuid)) continue;
      await upload(catalog, item);
      faultPoint('spool.uploaded');
      await spool.remove(name);
    } catch (error) {
      if (!(error instanceof BrokenFileError) && !isRefusedForContent(error)) throw error;
      if (!(error instanceof BrokenFileError)) await spool.setAside(name);
      await reporter.report('error', `a result was set aside, spool/broken/${name}: ${(error as Error).message}`);
    }
  }
}

async function upload(catalog: Connection, item: Spooled): Promise<void> {
  if (item.kind === 'dump') await uploadDump(catalog, item.value);
  else if (item.kind === 'restore') await uploadRestoreResult(catalog, item.value);
  else if (item.kind === 'skip') await uploadSkip(catalog, item.value);
  else await uploadMessage(catalog, item.value);
}

/** Classes 22 and 23 of SQLSTATE: data exception, integrity constraint violation. */
function isRefusedForContent(error: unknown): boolean {
  return /^2[23]/.test(sqlStateOf(error) ?? '');
}
