import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

const FILES = ['/etc/machine-id', '/var/lib/dbus/machine-id'];

/**
 * Identity of this machine, to tell a root directory that was copied to another one. 32 hexadecimal digits, made from
 * `/etc/machine-id` as machine-id(5) asks for: keyed, so that the original is not given away. Where there is no such
 * file (macOS, Windows, many containers) the host name stands for the machine; PGSNAPMAN_MACHINE_ID is for containers
 * whose host name changes with every start.
 */
export function machineId(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const source = env.PGSNAPMAN_MACHINE_ID || FILES.map(readIdentity).find((id) => id !== null) || `host ${hostname()}`;
  return createHmac('sha256', 'pgsnapman machine').update(source).digest('hex').slice(0, 32);
}

/** Null: no such file, or one that says nothing (`uninitialized` in images that have not been started yet). */
function readIdentity(path: string): string | null {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return /^[0-9a-f-]{32,36}$/i.test(text) ? text : null;
  } catch {
    return null;
  }
}
