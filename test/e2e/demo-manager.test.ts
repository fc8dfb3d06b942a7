import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectCatalog } from '../../src/sql/connection.ts';
import { connectionSources } from '../../src/sql/connection-sources.ts';
import { builtProgram } from '../support/built-program.ts';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { TestTerminal } from './terminal.ts';

/** Every screen by its key or its name, with words that stand on it in the demo. */
const SCREENS: readonly (readonly [string, string, string])[] = [
  ['1', 'Overview', 'Last 24 hours'],
  ['2', 'Workers', 'demo'],
  ['3', 'Instances', 'production'],
  ['4', 'Databases', 'no databases yet'],
  ['5', 'Dump jobs', 'shop'],
  ['6', 'Dumps', 'shop'],
  ['7', 'Restore jobs', 'shop_copy'],
  ['8', 'Restore log', 'shop_copy'],
  ['9', 'Messages', 'no messages'],
  ['0', 'Activity', 'nothing runs now'],
  [':copyjobs\r', 'Dump jobs › copy jobs', 'shop'],
  [':uncovered\r', 'Databases › ', 'nothing here'],
  [':failures\r', 'Dumps › failed dumps', 'nothing here'],
  [':scripts\r', 'Scripts', 'no scripts'],
  [':settings\r', 'Settings', 'max_parallel'],
  [':audit\r', 'Audit', 'dump_job'],
];

let home: CliHome;
let folder: string;
const run = (args: readonly string[]) =>
  home.run(args, { env: { PGSNAPMAN_CONFIG: join(folder, 'pgsnapman.toml') }, withoutConfiguration: true });

async function open(columns: number, rows: number): Promise<TestTerminal> {
  const terminal = new TestTerminal(process.execPath, [await builtProgram()], {
    columns,
    rows,
    env: { HOME: home.directory, PGSNAPMAN_CONFIG: join(folder, 'pgsnapman.toml'), TZ: 'UTC', LANG: 'C.UTF-8' },
  });
  await terminal.waitFor(/Last 24 hours +dumps/, 20_000);
  return terminal;
}

/** Lets every dump of a database of `production` wait, by a lock on one of its tables, until it is released. */
async function holdUp(dbname: string): Promise<() => Promise<void>> {
  const { host, port, username } = (await run(['instance', 'show', 'production', '--json'])).json();
  const url = `postgresql://${username}@${encodeURIComponent(host)}:${port}/${dbname}`;
  const blocker = await connectCatalog(url, { ...connectionSources(), env: {} });
  const table = await blocker.row<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema') limit 1`,
  );
  await blocker.script(`begin; lock table ${table?.name} in access exclusive mode`);
  return () => blocker.close();
}

const isOn = (title: string) => (terminal: TestTerminal) => terminal.lines()[1]?.startsWith(title) === true;

beforeAll(async () => {
  home = await createCliHome();
  folder = join(home.directory, 'demo');
  const demo = await home.run(['demo', '--keep', '--dir', folder], { withoutConfiguration: true });
  expect(demo.exitCode, demo.stderr).toBe(0);
});
afterAll(async () => {
  await run(['demo', '--stop', '--dir', folder]);
  await rm(folder, { recursive: true, force: true });
  await home.remove();
});

describe.each([
  [80, 24],
  [120, 40],
])('the catalog of the demo at %ix%i', (columns, rows) => {
  it('is shown on every screen, with the details of its rows and the help', async () => {
    const terminal = await open(columns, rows);
    for (const [keys, title, words] of SCREENS) {
      terminal.send(keys);
      await terminal.waitFor(isOn(title));
      await terminal.waitFor(words);
      expect(terminal.screen()).not.toMatch(/\b1 [a-z]+s\b|undefined|NaN|\[object|null$/m);
      if (terminal.lines().some((line) => line.startsWith('>')) && title !== 'Overview') {
        terminal.send('\r');
        await terminal.waitFor((now) => now.lines()[1]?.startsWith(`${title} › `) === true);
        await terminal.settle(100);
        expect(terminal.screen()).not.toMatch(/undefined|NaN|\[object/);
        terminal.send('G\u001b');
        await terminal.waitFor((now) => isOn(title)(now) && now.lines().some((line) => line.startsWith('>')));
      }
      terminal.send('?');
      await terminal.waitFor(isOn('Help'));
      terminal.send('G\u001b');
      await terminal.waitFor(isOn(title));
    }
    terminal.send('\u0003');
    expect(await terminal.exited).toEqual({ exitCode: 0, signal: 0 });
    await terminal.dispose();
  });
});

describe('a job of the demo', () => {
  it('is run by its worker when it is told to, and is seen while it runs and when it has ended', async () => {
    const terminal = await open(120, 40);
    terminal.send('5');
    await terminal.waitFor(/> \* active +1 /);
    terminal.send('ry');
    await terminal.waitFor(/single job \d+ added/);
    terminal.send('0');
    await terminal.waitFor('nothing runs now');
    const release = await holdUp('shop');
    const ticking = run(['worker', 'run']);
    await terminal.waitFor('dump     shop').finally(release);
    const tick = await ticking;
    expect(tick.exitCode, tick.stderr).toBe(0);
    await terminal.waitFor('nothing runs now');
    terminal.send('6');
    await terminal.waitFor(/^Dumps +4 /m);
    expect(terminal.screen()).toContain('dump 4 of shop');
    terminal.send('\u0003');
    await terminal.exited;
    await terminal.dispose();
  });
});
