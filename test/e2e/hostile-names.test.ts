import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorkplace, type Workplace } from './manager-terminal.ts';
import type { TestTerminal } from './terminal.ts';

/** Names that Postgres takes: what a terminal would carry out, draw wide, draw into other cells, or not draw at all. */
const NAMES = [
  'esc\u001b[31m\u001b[2J\u001b]0;title\u0007\r\nname',
  'c1\u009b31m\u0085next\u2028line',
  '顧客データベース😀',
  'cafe\u0301 Z\u0351\u0352\u0353\u0354algo',
  '\u202egnp.exe\u202c \u2067right\u2069',
  'שלום עולם',
  '👨‍👩‍👧‍👦 family 🏳️‍🌈',
  '👍🏽 🇩🇪 ❤️',
  'zero\u200bwidth\ufeff\u00adname',
  `x${'y'.repeat(62)}`,
  '-o=v "quoted" \'single\' $1 %s \\',
  'tab\tname',
  '한글 ｈａｌｆ ｶﾅ',
  '',
] as const;
const DIVIDER = '│';

let workplace: Workplace;

beforeAll(async () => {
  workplace = await createWorkplace();
  const catalog = await workplace.catalog.connect('catalog');
  await catalog.execute(`insert into pgsnapman.worker (name, last_seen_at, timezone) values ('w1', now(), 'UTC')`);
  for (const [index, name] of NAMES.entries()) {
    // The empty one stands for a comment that is not there; a database always has a name.
    const dbname = name === '' ? 'plain' : name;
    // Instances are named by people, in plain text.
    const instance = `${index} ${dbname.replace(/[\p{Cc}\p{Zl}\p{Cf}]/gu, '')}`.slice(0, 40);
    await catalog.execute(
      `with i as (insert into pgsnapman.instance (name, host, default_worker_id, environment, comment)
        values ($1, $4, 1, $1, $1) returning id),
      d as (insert into pgsnapman.database (instance_id, name) select id, $2 from i),
      j as (insert into pgsnapman.dump_job (instance_id, dbname, schedule, comment)
        select id, $2, '4 3 * * *', $3 from i returning id),
      u as (insert into pgsnapman.dump (uuid, dump_job_id, instance_name, instance_host, instance_port, dbname, dump_type,
          trigger_kind, started_at, ended_at, outcome, message, log_tail, warnings)
        select gen_random_uuid(), id, $1, $4, 5432, $2, 'full', 'schedule', now(), now(), 'failed', $3, $3, array[$3] from j),
      r as (insert into pgsnapman.restore_job (latest_of_dump_job_id, dest_instance_id, dest_dbname, comment)
        select j.id, i.id, $2, $3 from i, j),
      x as (insert into pgsnapman.restore_run (uuid, dest_instance_name, dest_dbname, trigger_kind, started_at, ended_at,
          outcome, message, log_tail)
        values (gen_random_uuid(), $1, $2, 'single', now(), now(), 'failed', $3, $3)),
      a as (insert into pgsnapman.activity (uuid, worker_id, kind, subject, started_at, stage, item)
        values (gen_random_uuid(), 1, 'dump', $2, now(), $3, $2))
      insert into pgsnapman.message (level, text, worker_id) values ('error', $3, 1)`,
      [instance, dbname, name, `db${index}.example.org`],
    );
  }
});
afterAll(() => workplace?.remove());

/** Everything that a name could have brought with it and that does not come from us. */
const FOREIGN =
  /\u0007|\u009b|\u0085|\t|\u001b\]|\u001b\[31m\u001b|[\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff\u00ad]/u;

function expectHarmless(terminal: TestTerminal): void {
  expect(FOREIGN.exec(terminal.output)?.[0]).toBeUndefined();
  // Nobody but us clears the screen, and we only do it at the start of a frame.
  expect(terminal.output).not.toMatch(/(?<!\[\?2026h(?:\u001b\[0m)?\u001b\[H)\u001b\[2?J/);
}

/** Column of the divider in each row of the body; a name that took another width than we think moves it. */
function dividers(terminal: TestTerminal): number[] {
  return Array.from({ length: terminal.lines().length - 6 }, (_, index) => terminal.cells(index + 2).indexOf(DIVIDER));
}

describe('names of every kind', () => {
  let terminal: TestTerminal;
  beforeAll(async () => {
    terminal = await workplace.open({ columns: 120, rows: 40 });
  });
  afterAll(() => terminal?.dispose());

  it.each([
    ['3', 'Instances'],
    ['4', 'Databases'],
    ['5', 'Dump jobs'],
    ['6', 'Dumps'],
    ['7', 'Restore jobs'],
    ['8', 'Restore log'],
    ['9', 'Messages'],
    ['0', 'Activity'],
  ])('stay in their cells on %s, %s, and in the details', async (key, title) => {
    terminal.send(key);
    await terminal.waitFor(
      (now) => now.lines()[1]?.startsWith(title) === true && now.lines()[3]?.startsWith('>') === true,
    );
    for (let row = 0; row < NAMES.length; row++) {
      await terminal.waitFor((now) => now.lines()[row + 3]?.startsWith('>') === true);
      // Here and there the cursor rests, and the pane follows.
      if (row % 4 === 0) await terminal.settle(200);
      expect(new Set(dividers(terminal)).size, terminal.screen()).toBe(1);
      expect(dividers(terminal)[0]).toBeGreaterThan(60);
      if (row < NAMES.length - 1) terminal.send('j');
    }
    terminal.send('\r');
    await terminal.waitFor(new RegExp(`${title} ›`));
    await terminal.settle();
    const drawn = terminal.screen();
    terminal.send('\u000c');
    await terminal.settle();
    expect(drawn).toBe(terminal.screen());
    expectHarmless(terminal);
  });

  it('stay in their cells in a narrow terminal, and in a question about them', async () => {
    const narrow = await workplace.open({ columns: 80, rows: 24 });
    narrow.send('5');
    await narrow.waitFor(/>.*active/);
    for (let row = 0; row < NAMES.length; row++) {
      narrow.send('r');
      await narrow.waitFor(' y/N');
      const heading = narrow.cells(2);
      const instance = heading.join('').indexOf('INSTANCE');
      for (let line = 3; line < 3 + NAMES.length; line++) {
        const cells = narrow.cells(line);
        expect(
          cells
            .slice(instance - 2, instance)
            .join('')
            .trim(),
          narrow.screen(),
        ).toBe('');
        expect(cells.slice(instance, instance + 2).join('')).toMatch(/^\d[\d ]$/);
      }
      narrow.send('nj');
      await narrow.waitFor((now) => !now.screen().includes(' y/N'));
    }
    expectHarmless(narrow);
    await narrow.dispose();
  });
});
