import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type DumpState, dumpStateSchema, FIRST_STATE } from '../../core/manifest/dump-state.ts';
import { writeDurably } from '../files/durable.ts';
import { smallFiles } from '../files/small-files.ts';

const STATE_FILE = 'state.json';

/** The state of the dump in a folder; one that cannot be read counts as none: it is written anew from the catalog. */
export async function readDumpState(repository: string, folder: string): Promise<DumpState> {
  const bytes = await smallFiles.read(join(repository, 'dumps', folder, STATE_FILE)).catch(() => null);
  if (bytes === null) return FIRST_STATE;
  try {
    return dumpStateSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    return FIRST_STATE;
  }
}

/** Replaces it in one rename. False: the dump has been removed meanwhile. */
export async function writeDumpState(repository: string, folder: string, state: DumpState): Promise<boolean> {
  const path = join(repository, 'dumps', folder, STATE_FILE);
  try {
    await access(join(repository, 'dumps', folder));
    await writeDurably(path, `${JSON.stringify(state, null, 1)}\n`);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
