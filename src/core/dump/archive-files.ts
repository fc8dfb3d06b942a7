import type { FileRole } from '../manifest/manifest.ts';
import type { Toc } from '../postgres/toc.ts';
import { parseLargeObjectList } from './large-object-list.ts';

export interface ArchiveFile {
  path: string;
  role: FileRole;
}

export const TOC_FILE = 'toc.dat';

/** Lists of large objects that the table of contents names; to be read before `archiveFiles` can be asked. */
export function largeObjectLists(toc: Toc): string[] {
  return namedFiles(toc)
    .filter((file) => file.role === 'large_object_toc')
    .map((file) => file.path);
}

/**
 * Every file that must be in a directory dump: the table of contents, what its entries name, and what the lists of large
 * objects name.
 * @param lists content of each file of `largeObjectLists`, in that order
 * @throws PgSnapManError run_failed when a list is not complete
 */
export function archiveFiles(toc: Toc, lists: readonly string[]): ArchiveFile[] {
  const objects = lists.flatMap(parseLargeObjectList).map((path): ArchiveFile => ({ path, role: 'large_object' }));
  return [{ path: TOC_FILE, role: 'toc' }, ...namedFiles(toc), ...objects];
}

function namedFiles(toc: Toc): ArchiveFile[] {
  const files: ArchiveFile[] = [];
  const seen = new Set<string>();
  for (const { fileName, desc } of toc.entries) {
    if (fileName === null || seen.has(fileName)) continue;
    seen.add(fileName);
    files.push({ path: fileName, role: roleOfEntry(desc) });
  }
  return files;
}

/** What the file of an entry of this kind is. */
export function roleOfEntry(desc: string): FileRole {
  if (desc === 'TABLE DATA') return 'table_data';
  return desc === 'BLOBS' ? 'large_object_toc' : 'other';
}
