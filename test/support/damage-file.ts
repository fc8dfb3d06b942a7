import { closeSync, openSync, readSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';

/** What can happen to a file. */
export const DAMAGE: Readonly<Record<string, (path: string) => void>> = {
  flipped: (path) => {
    const file = openSync(path, 'r+');
    const at = Math.floor(statSync(path).size / 2);
    const byte = Buffer.alloc(1);
    readSync(file, byte, 0, 1, at);
    byte.writeUInt8((byte[0] as number) ^ 0x10);
    writeSync(file, byte, 0, 1, at);
    closeSync(file);
  },
  truncated: (path) => truncateSync(path, Math.floor(statSync(path).size / 2)),
  emptied: (path) => truncateSync(path, 0),
  deleted: (path) => rmSync(path),
};
