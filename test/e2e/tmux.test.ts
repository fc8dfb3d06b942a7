import { execFileSync, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtProgram } from '../support/built-program.ts';
import { createWorkplace, type Workplace } from './manager-terminal.ts';

const hasTmux = spawnSync('tmux', ['-V']).status === 0;
const SOCKET = `pgsnapman-test-${process.pid}`;

describe.skipIf(!hasTmux)('in tmux (skipped where tmux is not installed)', () => {
  let workplace: Workplace;
  /** The server's socket, the shell's history and the program's cache: all in a folder that goes away. */
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    workplace = await createWorkplace();
    const { directory } = workplace.home;
    env = { ...process.env, TMUX_TMPDIR: directory, HOME: directory, XDG_CACHE_HOME: directory };
  });
  afterAll(async () => {
    spawnSync('tmux', ['-L', SOCKET, 'kill-server'], { env });
    await workplace?.remove();
  });
  const tmux = (...args: string[]): string =>
    execFileSync('tmux', ['-L', SOCKET, '-f', '/dev/null', ...args], { encoding: 'utf8', env });

  async function shows(text: string): Promise<string> {
    for (let tries = 0; tries < 100; tries++) {
      const screen = tmux('capture-pane', '-p', '-t', 'main');
      if (screen.includes(text)) return screen;
      await sleep(100);
    }
    throw new Error(`tmux never showed ${text}:\n${tmux('capture-pane', '-p', '-t', 'main')}`);
  }

  it('opens, moves, and leaves the shell as it was', async () => {
    const command = `${process.execPath} ${await builtProgram()} --config ${workplace.home.configFile}`;
    tmux('new-session', '-d', '-s', 'main', '-x', '90', '-y', '26', `PS1='shell$ ' bash --norc`);
    await shows('shell$');
    tmux('send-keys', '-t', 'main', command, 'Enter');
    await shows('[RW]');
    await shows('none; `pgsnapman worker register NAME` makes one');
    tmux('send-keys', '-t', 'main', '6');
    await shows('no dumps yet');
    // An Escape and an arrow are told apart, though both begin with the same byte.
    tmux('send-keys', '-t', 'main', 'Down', 'Escape');
    await shows('Overview');
    tmux('send-keys', '-t', 'main', 'q');
    const screen = await shows('shell$ ');
    expect(screen).not.toContain('Overview');
    expect(screen).not.toMatch(/\[27u|;rgb:/);
  });
});
