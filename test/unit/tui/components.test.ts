import { render } from 'ink-testing-library';
import { createElement } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { Dialog } from '../../../src/tui/components/dialog.tsx';
import { Menu } from '../../../src/tui/components/menu.tsx';
import { ScheduleEditor } from '../../../src/tui/components/schedule-editor.tsx';
import { SmallTable } from '../../../src/tui/components/small-table.tsx';
import { ThemeContext } from '../../../src/tui/components/theme-context.ts';
import type { DialogLayer } from '../../../src/tui/state/layers.ts';
import { newField } from '../../../src/tui/text/text-field.ts';
import { createTheme } from '../../../src/tui/theme/theme.ts';
import { NOW } from './sample-state.ts';

const theme = createTheme({ color: false, ascii: true });
const opened: { unmount(): void }[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.unmount();
});

function draw(element: Parameters<typeof render>[0]): ReturnType<typeof render> {
  const drawn = render(createElement(ThemeContext, { value: theme }, element));
  opened.push(drawn);
  return drawn;
}

const text = (drawn: ReturnType<typeof render>): string =>
  (drawn.lastFrame() ?? '')
    .replace(/\u001b\[[\d;]*m/g, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

describe('a small table', () => {
  it('is drawn by ink-table, aligned also with wide characters, in ASCII if asked for', () => {
    const drawn = draw(
      createElement(SmallTable, {
        columns: ['what', 'is'],
        rows: [
          { what: 'of', is: '顧客' },
          { what: 'size', is: '1.0 GiB' },
        ],
      }),
    );
    expect(text(drawn)).toBe(
      [
        '+------+---------+',
        '| what | is      |',
        '+------+---------+',
        '| of   | 顧客    |',
        '+------+---------+',
        '| size | 1.0 GiB |',
        '+------+---------+',
      ].join('\n'),
    );
  });
});

describe('a menu', () => {
  const layer = {
    kind: 'menu',
    title: 'order by',
    choices: [
      { label: 'id', choose: () => {} },
      { label: 'name', choose: () => {} },
    ],
    initial: 0,
  } as const;

  it('lets the keys choose as long as it has the focus', async () => {
    const chosen: number[] = [];
    const drawn = draw(
      createElement(Menu, { layer, width: 40, height: 4, focused: true, onChosen: (index) => chosen.push(index) }),
    );
    await settled();
    expect(text(drawn)).toContain('> id');
    drawn.stdin.write('j');
    await settled();
    expect(text(drawn)).toContain('> name');
    drawn.stdin.write('\r');
    await settled();
    expect(chosen).toEqual([1]);
  });

  it('hears nothing when something lies above it', async () => {
    const chosen: number[] = [];
    const drawn = draw(
      createElement(Menu, { layer, width: 40, height: 4, focused: false, onChosen: (index) => chosen.push(index) }),
    );
    await settled();
    drawn.stdin.write('\r');
    await settled();
    expect(chosen).toEqual([]);
  });
});

describe('the schedule editor', () => {
  const layer = {
    kind: 'schedule',
    title: 'schedule of dump job 3',
    before: '4 3 * * *',
    zone: 'Europe/Berlin',
    error: null,
    save: () => {},
  } as const;
  const editor = (schedule: string, height: number): string =>
    text(
      draw(
        createElement(ScheduleEditor, {
          layer: { ...layer, field: newField(schedule) },
          width: 90,
          height,
          now: NOW,
          zone: 'UTC',
        }),
      ),
    );

  it('says what a schedule means and when it runs, here and there', () => {
    const picture = editor('4 3 * * *', 17);
    expect(picture).toContain('At 03:04, every day');
    expect(picture).toContain('| next runs in Europe/Berlin | here (UTC)           |');
    expect(picture).toContain('| Mon 2026-11-23 03:04       | Mon 2026-11-23 02:04 |');
    expect(picture).toContain('| Fri 2026-11-27 03:04       | Fri 2026-11-27 02:04 |');
  });

  it('needs no frame where there is little room', () => {
    const picture = editor('4 3 * * *', 9);
    expect(picture).toContain('Mon 2026-11-23 03:04   Mon 2026-11-23 02:04');
    expect(picture.split('\n').length).toBeLessThanOrEqual(9);
  });

  it('says what is wrong in words', () => {
    expect(editor('4 25 * * *', 17)).toContain('! schedule "4 25 * * *" cannot be used: 25 is no hour; use 0 to 23');
    expect(editor('', 17)).toContain('! write five fields');
  });
});

describe('a dialog', () => {
  const layer: DialogLayer = {
    kind: 'dialog',
    title: 'drop 3 dumps',
    review: [
      { what: 'dumps', is: '3' },
      { what: 'of', is: 'shop' },
    ],
    effect: 'the next cleaning removes them',
    name: 'shop',
    field: newField(),
    focus: 'cancel',
    confirmLabel: 'drop them',
    confirm: () => {},
  };

  it('shows what it is about, and asks for the name', () => {
    const picture = text(draw(createElement(Dialog, { layer, width: 80, height: 12 })));
    expect(picture).toContain('| dumps | 3    |');
    expect(picture).toContain('type shop to go on:');
    expect(picture).toContain('[ Cancel ]  [ drop them (type the name first) ]');
    const typed = text(
      draw(createElement(Dialog, { layer: { ...layer, field: newField('shop') }, width: 80, height: 7 })),
    );
    expect(typed).toContain('of: shop');
    expect(typed).toContain('[ drop them ]');
  });
});
