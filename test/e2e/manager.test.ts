import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CatalogSize, fillCatalog } from '../bench/large-catalog.ts';
import { createWorkplace, type Workplace } from './manager-terminal.ts';
import type { TestTerminal } from './terminal.ts';

const SIZE: CatalogSize = {
  workers: 2,
  instances: 5,
  jobs: 40,
  dumps: 600,
  restoreJobs: 10,
  restoreRuns: 80,
  messages: 300,
};
const ESCAPE = '\u001b';
const EVIL = 'evil\u001b[31m\u001b[2J\u0007\r\nname';
const WIDE = '顧客データ😀';

/** Something that nobody expected, while the manager is on the screen. */
const EXPLOSION = '--import=data:text/javascript,process.on(%22SIGUSR2%22,()=>{throw%20new%20Error(%22boom%22)})';

let workplace: Workplace;
const query = async (sql: string): Promise<string> => workplace.catalog.psql('catalog', sql);

beforeAll(async () => {
  workplace = await createWorkplace();
  const catalog = await workplace.catalog.connect('catalog');
  await fillCatalog(catalog, SIZE);
  await catalog.execute(
    'insert into pgsnapman.dump_job (instance_id, dbname, schedule, comment) values (1, $1, $3, $2), (1, $2, $3, $1)',
    [EVIL, WIDE, '4 3 * * *'],
  );
  await catalog.execute('insert into pgsnapman.database (instance_id, name) values (1, $1), (1, $2)', [EVIL, WIDE]);
  await catalog.execute(`insert into pgsnapman.message (level, text) values ('error', $1)`, [`${EVIL} ${WIDE}`]);
  await catalog.execute(
    `insert into pgsnapman.activity (uuid, worker_id, kind, subject, started_at, stage, item, done_bytes, total_bytes)
    values (gen_random_uuid(), 1, 'dump', $1, now(), 'copying', $2, 5, 10)`,
    [EVIL, WIDE],
  );
});
afterAll(() => workplace?.remove());

const SCREENS = [
  ['1', 'Overview', 'Last 24 hours   dumps'],
  ['2', 'Workers', 'LAST SEEN'],
  ['3', 'Instances', 'ADDRESS'],
  ['4', 'Databases', 'INSTANCE'],
  ['5', 'Dump jobs', 'LAST'],
  ['6', 'Dumps', 'DATABASE'],
  ['7', 'Restore jobs', 'INTO'],
  ['8', 'Restore log', 'INTO'],
  ['9', 'Messages', 'TEXT'],
  ['0', 'Activity', 'PROGRESS'],
] as const;

describe.each([
  [80, 24],
  [120, 40],
])('at %ix%i', (columns, rows) => {
  let terminal: TestTerminal;
  beforeAll(async () => {
    terminal = await workplace.open({ columns, rows });
  });
  afterAll(() => terminal?.dispose());

  it.each(SCREENS)('%s opens a screen with rows: %s', async (key, title, words) => {
    terminal.send(key);
    await terminal.waitFor((now) => (now.lines()[1] ?? '').startsWith(title) && now.screen().includes(words));
    if (key !== '1') {
      await terminal.waitFor((now) => now.lines().some((line) => line.startsWith('>')));
      terminal.send('\r');
      await terminal.waitFor(new RegExp(`${title} › `));
      terminal.send(ESCAPE);
      await terminal.waitFor((now) => (now.lines()[1] ?? '').startsWith(`${title} `));
    }
    expect(terminal.lines()[rows - 1]).toBe('');
  });
});

/** The process of the manager that the terminal's shell started. */
const managerIn = ({ pid }: TestTerminal): number =>
  Number(execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).trim());

describe('the way out', () => {
  const ways: readonly (readonly [string, (terminal: TestTerminal) => void, RegExp])[] = [
    ['q', (terminal) => terminal.send('q'), /EXIT=0/],
    ['Ctrl+C', (terminal) => terminal.send('\u0003'), /EXIT=0/],
    ['SIGINT', () => {}, /EXIT=130/],
    ['SIGTERM', () => {}, /EXIT=130/],
    ['SIGHUP', () => {}, /EXIT=130/],
    ['an exception', () => {}, /EXIT=70/],
  ];
  it.each(ways)('by %s leaves the terminal as it was', async (name, leave, code) => {
    const env = name === 'an exception' ? { NODE_OPTIONS: EXPLOSION } : {};
    const terminal = await workplace.openInShell(
      (command) => `echo before; ${command}; echo EXIT=$?; stty -a; echo DONE; sleep 60`,
      { env },
    );
    await terminal.waitFor(/Last 24 hours +dumps/);
    expect(terminal.isAlternateScreen).toBe(true);
    if (name.startsWith('SIG') || name === 'an exception') {
      process.kill(managerIn(terminal), name.startsWith('SIG') ? (name as NodeJS.Signals) : 'SIGUSR2');
    } else leave(terminal);
    await terminal.waitFor('DONE');
    expect(terminal.isAlternateScreen).toBe(false);
    expect(terminal.screen()).toMatch(code);
    expect(terminal.screen()).toContain('before');
    expect(terminal.screen().replace(/\n/g, ' ')).toMatch(/ icanon .* echo /s);
    // Cursor shown, bracketed paste off, and nothing that puts either back.
    const tail = terminal.output.slice(terminal.output.lastIndexOf('\u001b[?1049l'));
    expect(tail).not.toMatch(/\u001b\[\?(25l|1049h|2004h)/);
    expect(terminal.output.lastIndexOf('\u001b[?25h')).toBeGreaterThan(terminal.output.lastIndexOf('\u001b[?25l'));
    expect(terminal.output.lastIndexOf('\u001b[?2004l')).toBeGreaterThan(terminal.output.lastIndexOf('\u001b[?2004h'));
    await terminal.dispose();
  });

  it.each([
    ['typed Ctrl+C', (terminal: TestTerminal) => terminal.send('\u0003')],
    ['SIGTERM', (terminal: TestTerminal) => process.kill(managerIn(terminal), 'SIGTERM')],
  ])('is open as soon as there is a picture: %s', async (_name, leave) => {
    const terminal = await workplace.openInShell((command) => `${command}; stty -a; echo DONE; sleep 60`);
    await terminal.waitFor(({ isAlternateScreen }) => isAlternateScreen);
    leave(terminal);
    await terminal.waitFor('DONE');
    expect(terminal.isAlternateScreen).toBe(false);
    expect(terminal.screen().replace(/\n/g, ' ')).toMatch(/ icanon .* echo /s);
    expect(terminal.output.lastIndexOf('\u001b[?25h')).toBeGreaterThan(terminal.output.lastIndexOf('\u001b[?25l'));
    await terminal.dispose();
  });

  it('is not Escape where there is no way back: it stays on the overview', async () => {
    const terminal = await workplace.open();
    await terminal.waitFor(/Last 24 hours +dumps/);
    terminal.send('\u001b');
    await terminal.settle();
    expect(terminal.isAlternateScreen).toBe(true);
    expect(terminal.screen()).toContain('Overview');
    terminal.send('q');
    expect((await terminal.exited).exitCode).toBe(0);
    await terminal.dispose();
  });

  it('is found at once where there is no terminal, or a dumb one', async () => {
    const piped = await workplace.home.run(['tui']);
    expect([piped.exitCode, piped.stderr]).toEqual([2, expect.stringContaining('needs a terminal')]);
    expect(piped.stderr).toContain('--json');
    const dumb = await workplace.openInShell((command) => `${command}; echo EXIT=$?; sleep 60`, {
      env: { TERM: 'dumb' },
    });
    await dumb.waitFor('EXIT=2');
    expect(dumb.screen()).toContain('this terminal cannot place text');
    await dumb.dispose();
  });

  it('is taken when there is no catalog, with the exit code for it', async () => {
    const terminal = await workplace.openInShell(
      (command) => `PGSNAPMAN_CATALOG_URL=postgresql://nobody@127.0.0.1:1/none ${command}; echo EXIT=$?; sleep 60`,
    );
    await terminal.waitFor('EXIT=10');
    expect(terminal.isAlternateScreen).toBe(false);
    await terminal.dispose();
  });
});

describe('names from outside', () => {
  it('are drawn harmlessly and aligned', async () => {
    const terminal = await workplace.open({ columns: 120, rows: 40 });
    terminal.send(':databases\r');
    await terminal.waitFor('Databases ');
    terminal.send('/!customer\r');
    await terminal.waitFor('顧客データ');
    await terminal.settle();
    const rows = terminal
      .lines()
      .flatMap((line, row) => (line.includes('no job') || line.includes('no dump') ? [row] : []));
    expect(rows.length).toBe(2);
    expect(new Set(rows.map((row) => terminal.columnOf(row, 'pg-'))).size).toBe(1);
    expect(terminal.screen()).toContain('evil[31m[2J name');
    for (const key of ['5', '9', '0']) {
      terminal.send(key);
      await terminal.settle();
      expect(terminal.lines()[0]).toContain('pgsnapman');
    }
    await terminal.dispose();
  });
});

describe('actions', () => {
  it('halt, activate, run, keep and edit, each with its question or its way back', async () => {
    const terminal = await workplace.open({ columns: 100, rows: 30 });
    terminal.send('5');
    await terminal.waitFor(/> . active +1 /);
    terminal.send('t');
    await terminal.waitFor('halted; t activates again');
    expect(await query('select status from pgsnapman.dump_job where id = 1')).toBe('halted');
    await terminal.waitFor(/> - halted +1 /);
    terminal.send('t');
    await terminal.waitFor('activated; t halts again');
    terminal.send('r');
    await terminal.waitFor('run dump job 1 (customer_1 on pg-test-1) now? y/N');
    terminal.send('n');
    await terminal.waitFor('nothing was done');
    terminal.send('ry');
    await terminal.waitFor(/single job \d+ added; worker w2 starts it when it looks/);
    expect(
      await query(`select count(*) from pgsnapman.dump_job where job_type = 'single' and dbname = 'customer_1'`),
    ).toBe('1');

    terminal.send('e');
    await terminal.waitFor('schedule of dump job 1');
    terminal.send('\u001b[200~ 99\u001b[201~\r');
    await terminal.waitFor('cannot be used');
    terminal.send(ESCAPE);
    await terminal.waitFor('leave without saving what you typed? y/N');
    terminal.send('n');
    await terminal.waitFor('schedule: ');
    terminal.send('\u001530 4 * * 1-5');
    await terminal.waitFor('At 04:30, Monday through Friday');
    terminal.send('\r');
    await terminal.waitFor('runs "30 4 * * 1-5" from now on');
    expect(await query('select schedule from pgsnapman.dump_job where id = 1')).toBe('30 4 * * 1-5');

    terminal.send('6');
    await terminal.waitFor('Dumps ');
    await terminal.waitFor((now) => now.lines().some((line) => line.startsWith('>')));
    terminal.send('K');
    await terminal.waitFor('yes: keep it whatever retention says');
    terminal.send('1');
    await terminal.waitFor(/keep yes; K auto takes it back/);
    expect(await query(`select count(*) from pgsnapman.dump where keep = 'yes' and id = 1`)).toBe('1');
    await terminal.dispose();
  });
});

describe('the catalog', () => {
  it('shows its changes by itself', async () => {
    const terminal = await workplace.open();
    terminal.send('9');
    await terminal.waitFor('Messages ');
    await query(`insert into pgsnapman.message (level, text) values ('critical', 'something new')`);
    await terminal.waitFor('something new', 4000);
    await terminal.dispose();
  });

  it('may go away and come back', async () => {
    const terminal = await workplace.open();
    terminal.send('6');
    await terminal.waitFor('Dumps ');
    // The overview names databases, too: only a marked row is one of the list.
    await terminal.waitFor((now) => now.lines().some((line) => line.startsWith('>') && line.includes('customer_')));
    await workplace.catalog.stop('immediate');
    await terminal.waitFor('[LOST]');
    await terminal.waitFor('the catalog is not reachable');
    // What is known stays and can be moved in; what would change the catalog says that it can't.
    terminal.send('jj');
    await terminal.settle();
    expect(terminal.screen()).toContain('customer_');
    terminal.send('Ky');
    await terminal.settle();
    terminal.send('1');
    await terminal.waitFor('the catalog is not reachable');
    await workplace.catalog.start();
    await terminal.waitFor('[RW]', 15_000);
    terminal.send('9');
    await terminal.waitFor('something');
    await terminal.dispose();
  });
});

describe('random keys and sizes', () => {
  /** What can be pressed without changing the catalog or leaving. */
  const KEYS = [
    'j',
    'k',
    'g',
    'G',
    'h',
    'l',
    '\u001b[A',
    '\u001b[B',
    '\u001b[5~',
    '\u001b[6~',
    '1',
    '2',
    '3',
    '4',
    '5',
    '6',
    '7',
    '8',
    '9',
    '0',
    '\r',
    '-',
    's',
    'S',
    'p',
    'P',
    ' ',
    'v',
    '\\',
    'z',
    '?',
    '/',
    'a',
    ':',
    '\t',
    ESCAPE,
    'o',
    'w',
    'L',
    'e',
    'K',
    '\u0012',
    'X',
    '\u001b[200~paste\r\n\u001b[201~',
  ];

  /** What goes on by itself between two looks: the clock, and how long ago something was. */
  const still = (screen: string): string =>
    screen.replace(/\d\d:\d\d$/m, '').replace(/\d+ (minute|hour|day)s? ago/g, 'ago');

  it('leave a screen that equals a fresh one', async () => {
    // Durations of what runs go on with every second.
    await query('delete from pgsnapman.activity');
    const terminal = await workplace.open({ columns: 120, rows: 30 });
    const step = fc.oneof(
      {
        weight: 12,
        arbitrary: fc.record({ keys: fc.array(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 6 }) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ columns: fc.integer({ min: 20, max: 180 }), rows: fc.integer({ min: 5, max: 50 }) }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), async (steps) => {
        for (const each of steps) {
          if ('keys' in each)
            terminal.send(each.keys.filter((key) => key !== '\r' || !each.keys.includes('K')).join(''));
          else terminal.resize(each.columns, each.rows);
          await terminal.settle(60);
        }
        await terminal.settle(250);
        const drawn = terminal.screen();
        terminal.send('\u000c');
        await terminal.settle(250);
        expect(still(drawn)).toBe(still(terminal.screen()));
        expect(terminal.isAlternateScreen).toBe(true);
        // Back to a place from which everything can be reached.
        terminal.resize(120, 30);
        terminal.send(`${ESCAPE}${ESCAPE}n${ESCAPE}n1`);
        await terminal.settle(120);
      }),
      { numRuns: 12, endOnFailure: true },
    );
    terminal.send('\u0003');
    expect(await terminal.exited).toEqual({ exitCode: 0, signal: 0 });
  });
});
