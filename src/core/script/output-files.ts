import type { ScriptFile } from '../facts/script-facts.ts';

/** In every dump of a script: gives its files their names back, for those who have nothing but a shell. */
export const NAMES_SCRIPT = 'restore-names.sh';

/** More files than that are for an archive, such as a tar file. */
export const MOST_FILES = 100_000;

/** How a file is called in a dump: by number, because names are hostile text. @param name bytes, relative to the output */
export function scriptFile(number: number, name: Buffer): ScriptFile {
  const path = `file-${String(number).padStart(6, '0')}`;
  const text = name.toString('utf8');
  return Buffer.from(text, 'utf8').equals(name)
    ? { path, name: text }
    : { path, name: text, hex: name.toString('hex') };
}

/** The bytes of the name. @throws Error when it leads out of the folder, which no dump of ours says */
export function originalName({ name, hex }: ScriptFile): Buffer {
  const bytes = hex === undefined ? Buffer.from(name, 'utf8') : Buffer.from(hex, 'hex');
  const parts = bytes.toString('latin1').split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..') || bytes.includes(0)) {
    throw new Error(`a file of the dump has the name ${JSON.stringify(name)}, which leads elsewhere`);
  }
  return bytes;
}

/** Folder of a name, without the last `/`; empty: none. */
export function folderOf(name: Buffer): Buffer {
  const slash = name.lastIndexOf('/');
  return slash < 0 ? Buffer.alloc(0) : name.subarray(0, slash);
}

/**
 * A shell script that moves the files of a dump from its folder into a new one, under the names that they had. Names go
 * in as quoted bytes, behind the folder, so that none is an option or a pattern.
 */
export function namesScript(files: readonly ScriptFile[]): Buffer {
  const head = [
    '#!/bin/sh',
    '# Moves the files of this dump into a new folder, under the names that the script gave them:',
    `#   cd FOLDER && sh ${NAMES_SCRIPT} /path/to/new-folder`,
    'set -eu',
    'umask 077',
    `[ $# -eq 1 ] || { echo "usage: sh ${NAMES_SCRIPT} NEW-FOLDER" >&2; exit 2; }`,
    'case $1 in /*) ;; *) set -- "./$1" ;; esac',
    'mkdir "$1"',
    '',
  ];
  const pieces: Uint8Array[] = [Buffer.from(head.join('\n'))];
  const made = new Set<string>();
  for (const file of files) {
    const name = originalName(file);
    const folder = folderOf(name);
    if (folder.length > 0 && !made.has(folder.toString('latin1'))) {
      made.add(folder.toString('latin1'));
      pieces.push(Buffer.from('mkdir -p "$1"/'), quoted(folder), Buffer.from('\n'));
    }
    pieces.push(Buffer.from(`mv ${file.path} "$1"/`), quoted(name), Buffer.from('\n'));
  }
  return Buffer.concat(pieces);
}

/** As one word for a shell: in single quotes nothing means anything but the quote itself. */
function quoted(bytes: Buffer): Buffer {
  return Buffer.from(`'${bytes.toString('latin1').replaceAll("'", "'\\''")}'`, 'latin1');
}
