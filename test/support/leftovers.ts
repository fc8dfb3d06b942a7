import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Made once for a whole run by whoever is first to need it: the built program, and Node's own cache of it. */
const SHARED = ['built', 'node-compile-cache'];

/** Files in a folder of tests, and processes that work in it or were told of it; as lines for people. */
export function leftovers(directory: string): string[] {
  const files = readdirSync(directory).filter((name) => !SHARED.includes(name));
  return [...files.map((name) => `file ${join(directory, name)}`), ...processesIn(directory)];
}

/** Looks at /proc; elsewhere nothing is seen. */
function processesIn(directory: string): string[] {
  let ids: string[];
  try {
    ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  } catch {
    return [];
  }
  return ids.flatMap((id) => {
    const command = attempt(() => readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ').trim());
    const folder = attempt(() => readlinkSync(`/proc/${id}/cwd`));
    const isOurs = command.includes(directory) || folder === directory || folder.startsWith(`${directory}/`);
    return isOurs ? [`process ${id} ${command.slice(0, 200)}`] : [];
  });
}

/** A process may end while one looks at it. */
function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
