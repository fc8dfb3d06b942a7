import { readdir, readFile } from 'node:fs/promises';

/**
 * Ends, at once, the processes of a run on this machine that are still there: a worker process of pg_dump whose leader was
 * killed, or a whole pg_dump whose pgsnapman died. They are known by the PGAPPNAME in their environment, which holds the
 * uuid of the run; only processes of our own account can be looked into. Linux only; elsewhere it does nothing.
 * @returns how many were told to end
 */
export async function endProcesses(applicationName: string): Promise<number> {
  if (process.platform !== 'linux') return 0;
  let ended = 0;
  for (const entry of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    const environment = await readFile(`/proc/${entry}/environ`, 'latin1').catch(() => '');
    if (environment.split('\0').includes(`PGAPPNAME=${applicationName}`) && kill(Number(entry))) ended++;
  }
  return ended;
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false; // gone meanwhile
  }
}
