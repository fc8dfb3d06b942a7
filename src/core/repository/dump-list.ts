import type { StoredFile } from '../manifest/manifest.ts';
import { fileRoleSchema } from '../manifest/manifest.ts';
import { type Extent, formatExtent, parseExtent } from './extent.ts';

/** A file of a dump and where its bytes are. */
export interface ListedFile extends StoredFile {
  extents: Extent[];
}

const HEADER = 'pgsnapman-list 1';

/**
 * The list of a dump, as text that a shell can read: for each file a line `F role size rows sha256 path` (rows `-` if
 * it has none), and for each of its extents a line `E pack first last skip length`; at the end `end <files>`.
 */
export function formatDumpList(files: readonly ListedFile[]): string {
  const lines = [HEADER];
  for (const file of files) {
    lines.push(`F ${file.role} ${file.size_bytes} ${file.rows ?? '-'} ${file.sha256} ${file.path}`);
    for (const extent of file.extents) lines.push(`E ${formatExtent(extent)}`);
  }
  lines.push(`end ${files.length}`, '');
  return lines.join('\n');
}

/** @throws Error when the text is no list or ends too early */
export function parseDumpList(text: string): ListedFile[] {
  const lines = text.split('\n');
  if (lines[0] !== HEADER) throw new Error('not a list of files of this format');
  const files: ListedFile[] = [];
  for (const line of lines.slice(1)) {
    if (line.startsWith('E ')) files.at(-1)?.extents.push(parseExtent(line.slice(2)));
    else if (line.startsWith('F ')) files.push(parseFileLine(line));
    else if (line === `end ${files.length}`) return files;
    else break;
  }
  throw new Error('the list of files is incomplete');
}

function parseFileLine(line: string): ListedFile {
  const match = /^F (\S+) (\d+) (-|\d+) ([0-9a-f]{64}) ([A-Za-z0-9._-]+)$/.exec(line);
  if (match === null) throw new Error('a line of the list of files is damaged');
  return {
    path: match[5] as string,
    role: fileRoleSchema.parse(match[1]),
    sha256: match[4] as string,
    size_bytes: Number(match[2]),
    rows: match[3] === '-' ? null : Number(match[3]),
    extents: [],
  };
}
