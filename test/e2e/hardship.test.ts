import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorkplace, type Workplace } from './manager-terminal.ts';

let workplace: Workplace;
beforeAll(async () => {
  workplace = await createWorkplace();
});
afterAll(() => workplace?.remove());

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** The server of the catalog with all its processes. */
function serverProcesses(): number[] {
  const file = join(workplace.catalog.directory, 'data', 'postmaster.pid');
  const postmaster = Number(readFileSync(file, 'utf8').split('\n')[0]);
  const children = execFileSync('pgrep', ['-P', String(postmaster)], { encoding: 'utf8' });
  return [postmaster, ...children.trim().split('\n').map(Number)];
}

describe('a terminal that is taken away', () => {
  it.each([
    ['closed', ''],
    ['closed while signals of it are ignored', "trap '' HUP; "],
  ])('ends the manager when it is %s', async (_how, before) => {
    const terminal = await workplace.openInShell((command) => `${before}${command}; sleep 0.1`);
    await terminal.waitFor('[RW]');
    const pid = Number(execFileSync('pgrep', ['-P', String(terminal.pid)], { encoding: 'utf8' }).trim());
    terminal.close();
    for (let tries = 0; tries < 100 && isAlive(pid); tries++) await sleep(100);
    expect(isAlive(pid)).toBe(false);
  });

  it('is drawn anew when the manager was stopped and goes on', async () => {
    const terminal = await workplace.open({ columns: 100, rows: 30 });
    terminal.send('5');
    await terminal.waitFor('no dump jobs');
    await terminal.settle();
    const drawn = terminal.screen();
    process.kill(terminal.pid, 'SIGSTOP');
    // A shell would have the terminal meanwhile.
    await new Promise<void>((done) => {
      terminal.emulator.write('\u001b[?1049l\u001b[?25h\u001b[2J\u001b[Hsomething else', done);
    });
    expect(terminal.screen()).not.toContain('no dump jobs');
    process.kill(terminal.pid, 'SIGCONT');
    await terminal.waitFor('no dump jobs');
    await terminal.settle();
    expect(terminal.screen()).toBe(drawn);
    expect(terminal.isAlternateScreen).toBe(true);
    // In a raw terminal Ctrl+Z is a key, and it means nothing.
    terminal.send('\u001a');
    await terminal.waitFor('Ctrl+Z means nothing here');
    terminal.send('\u0003');
    expect(await terminal.exited).toEqual({ exitCode: 0, signal: 0 });
    await terminal.dispose();
  });
});

describe('a catalog that does not answer', () => {
  it('is said to be slow; keys go on to work, and so does everything when it answers', async () => {
    const terminal = await workplace.open({ columns: 100, rows: 30 });
    await terminal.waitFor('none; `pgsnapman worker register NAME` makes one');
    const processes = serverProcesses();
    try {
      for (const pid of processes) process.kill(pid, 'SIGSTOP');
      terminal.send('6');
      await terminal.waitFor('[SLOW]', 15_000);
      expect(terminal.screen()).toContain('the catalog has not answered');
      terminal.send('?');
      await terminal.waitFor('go to a screen by name');
      terminal.send('\u001b');
      await terminal.waitFor(/^Dumps /m);
    } finally {
      for (const pid of processes) process.kill(pid, 'SIGCONT');
    }
    await terminal.waitFor('[RW]');
    await terminal.waitFor('no dumps yet');
    expect(terminal.screen()).not.toContain('has not answered');
    await terminal.dispose();
  });

  it('does not keep anybody from leaving', async () => {
    const terminal = await workplace.open();
    await terminal.waitFor('none; `pgsnapman worker');
    const processes = serverProcesses();
    try {
      for (const pid of processes) process.kill(pid, 'SIGSTOP');
      terminal.send('6');
      await terminal.waitFor('[SLOW]', 15_000);
      terminal.send('\u0003');
      expect(await terminal.exited).toEqual({ exitCode: 0, signal: 0 });
    } finally {
      for (const pid of processes) process.kill(pid, 'SIGCONT');
    }
    expect(terminal.isAlternateScreen).toBe(false);
    await terminal.dispose();
  });
});
