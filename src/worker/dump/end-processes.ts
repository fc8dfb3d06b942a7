import { readdir, readFile } from 'node:fs/promises';

/**
 * Ends, at once, the processes of a run on this machine that are still there: a worker process of pg_dump whose leader was
 * killed, or a whole pg_dump whose pgsnapman died. They are known by the PGAPPNAME in their environment, which holds the
 * uuid of the run; only processes of our own account can be looked into. Linux only; elsewhere it does nothing.
 * @returns how many were told to end
 */
export async function endProcesses(applicationName: string): Promise<number> {
  let ended = 0;
  for await (const pid of processesOf(applicationName)) if (kill(pid)) ended++;
  return ended;
}

/** Processor time that the processes of a run which are there now have used, in ticks of the kernel; 0 where it is not known. */
export async function processorTicks(applicationName: string): Promise<number> {
  let ticks = 0;
  for await (const pid of processesOf(applicationName)) {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
    // After the name, which may hold anything, the 12th and 13th field: user and system time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return ticks;
}

async function* processesOf(applicationName: string): AsyncGenerator<number> {
  if (process.platform !== 'linux') return;
  for (const entry of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    const environment = await readFile(`/proc/${entry}/environ`, 'latin1').catch(() => '');
    if (environment.split('\0').includes(`PGAPPNAME=${applicationName}`)) yield Number(entry);
  }
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false; // gone meanwhile
  }
}
