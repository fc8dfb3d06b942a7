import { join } from 'node:path';

/** Folders of a repository. All exist from the beginning. */
export const FOLDERS = ['packs', 'dumps', 'trash', 'tmp', 'leases', 'damaged', 'locks'] as const;

/** Extensions in `packs/`. An index of blocks is what makes a pack count; `.moved` is one whose blocks were born elsewhere. */
export const PACK = '.pack';
export const BLOCKS = '.blocks';
export const MOVED = '.moved';
export const CHUNKS = '.chunks';

export function packPath(repository: string, pack: string, extension: string): string {
  return join(repository, 'packs', `${pack}${extension}`);
}

/** Files in the folder of a dump beside its manifest. */
export const DOCUMENTS_FILE = 'documents';
export const NEEDS_FILE = 'needs';
export const STATE_FILE = 'state.json';
