import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const NAMES = ['access', 'mkdir', 'readFile', 'readdir', 'rename', 'rm', 'stat', 'unlink'] as const;

/**
 * From now on this process reads and writes files at once, where it would ask a thread to: the same calls on the same
 * files in the same order. In memory there is nothing to wait for, and most of a simulated year was waiting for threads.
 */
export function doFilesAtOnce(): void {
  const promises = fs.promises as unknown as Record<string, unknown>;
  for (const name of NAMES) {
    const atOnce = fs[`${name}Sync`] as (...args: unknown[]) => unknown;
    promises[name] = async (...args: unknown[]) => atOnce(...args);
  }
  promises.open = async (...args: Parameters<typeof fs.openSync>) => handleOf(fs.openSync(...args));
  syncBuiltinESMExports();
}

/** What the worker uses of a file handle. */
function handleOf(descriptor: number) {
  return {
    writeFile: async (data: string | Uint8Array) => fs.writeFileSync(descriptor, data),
    sync: async () => fs.fsyncSync(descriptor),
    close: async () => fs.closeSync(descriptor),
  };
}
