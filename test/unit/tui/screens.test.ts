import { describe, expect, it } from 'vitest';
import { LIST_SCREENS } from '../../../src/tui/screens/screen-ids.ts';
import type { AppState } from '../../../src/tui/state/app-state.ts';
import { flash, openLayer } from '../../../src/tui/state/changes.ts';
import { widthOf } from '../../../src/tui/text/fit.ts';
import { newField } from '../../../src/tui/text/text-field.ts';
import { createTheme, type Theme } from '../../../src/tui/theme/theme.ts';
import { frameOf } from '../../../src/tui/view/frame.ts';
import { connectedState, detailsState, listState, overviewState } from './sample-state.ts';

const WIDTHS = [60, 80, 120, 200];
const PLAIN = createTheme({ color: false, ascii: false });
const COLOR = createTheme({ color: true, ascii: false });
const SGR = /\u001b\[[\d;]*m/g;

function lines(state: AppState, theme: Theme): string[] {
  const { above, below } = frameOf(state, theme);
  return [...above, ...below];
}

/** Codes as they would be typed, so that a snapshot can be read. */
const shown = (line: string): string => line.replace(/\u001b\[([\d;]*)m/g, '<$1>').trimEnd();

function checkFrame(state: AppState, theme: Theme): void {
  const frame = lines(state, theme);
  expect(frame.length).toBe(state.size.rows - 1);
  for (const line of frame) {
    const text = line.replace(SGR, '');
    expect(text, 'no control character reaches the terminal').not.toMatch(/\p{Control}/u);
    expect(widthOf(text)).toBeLessThanOrEqual(state.size.columns);
  }
}

const pictures: readonly (readonly [string, (columns: number) => AppState])[] = [
  ['overview', (columns) => overviewState(columns)],
  ...LIST_SCREENS.map((screen) => [screen, (columns: number) => listState(screen, columns)] as const),
  [
    'dump details',
    (columns) =>
      detailsState('dumps', columns, {
        log_tail: 'one\u001b[2J\ntwo',
        schemas: [],
        tables: [],
        options: ['--no-comments'],
        due_at: null,
        instance_host: 'db0',
        instance_port: 5432,
        pgsnapman_version: '0.1.0',
        manifest_sha256: 'ab'.repeat(32),
        verified_with: null,
        content_schemas: ['public'],
        content_extensions: [{ name: 'plpgsql', version: '1.0' }],
        content_roles: ['owner'],
        content_large_objects: 2,
        content_table_count: 1,
        content_tables: [{ schema: 'public', name: 'or\u0007ders', rows: 10, bytes: 2000 }],
      }),
  ],
  [
    'dump job details',
    (columns) =>
      detailsState('dumpjobs', columns, [
        { id: 1, started_at: new Date(0), ended_at: new Date(60_000), outcome: 'ok', message: null },
      ]),
  ],
  ['help', (columns) => openLayer(overviewState(columns), { kind: 'help', scroll: 0 })],
  [
    'filter',
    (columns) =>
      openLayer(listState('dumps', columns), {
        kind: 'prompt',
        purpose: 'filter',
        field: newField('shop'),
        before: '',
      }),
  ],
  [
    'go to',
    (columns) =>
      openLayer(listState('dumps', columns), { kind: 'prompt', purpose: 'goto', field: newField('re'), before: '' }),
  ],
  [
    'question',
    (columns) =>
      openLayer(listState('dumpjobs', columns), { kind: 'confirm', question: 'run dump job 2 now?', yes: () => {} }),
  ],
  ['flash', (columns) => flash(listState('dumpjobs', columns), 'dump job 2 halted; t activates again')],
  [
    'catalog lost',
    (columns) => ({
      ...listState('dumps', columns),
      connection: {
        state: 'lost',
        name: 'catalog@db0',
        readOnly: false,
        message: 'server closed the connection',
        slow: false,
      },
    }),
  ],
];

describe.each(pictures)('the screen of %s', (name, stateOf) => {
  it.each(WIDTHS)('fits into %i columns, with colour and without', async (columns) => {
    const state = stateOf(columns);
    checkFrame(state, PLAIN);
    checkFrame(state, COLOR);
    const file = `snapshots/${name.replaceAll(' ', '-')}-${columns}.txt`;
    const picture = [...lines(state, PLAIN), '='.repeat(columns), ...lines(state, COLOR)].map(shown).join('\n');
    await expect(`${picture}\n`).toMatchFileSnapshot(file);
  });

  it('says the same in colour and without', () => {
    const state = stateOf(80);
    const text = (theme: Theme): string => lines(state, theme).join('\n').replace(SGR, '');
    expect(text(COLOR)).toBe(text(PLAIN));
    expect(lines(state, PLAIN).join('')).not.toMatch(/\u001b\[(3\d|4\d|9\d|10\d)m/);
  });
});

describe('a terminal that is too small', () => {
  it('gets one sentence', () => {
    for (const [columns, rows] of [
      [59, 24],
      [80, 14],
      [10, 3],
      [1, 1],
    ] as const) {
      const frame = lines({ ...listState('dumps', columns, rows) }, PLAIN);
      expect(frame.length).toBe(Math.max(1, rows - 1));
      expect(frame.slice(1).join('')).toBe('');
    }
    expect(lines(connectedState(59, 24), PLAIN)[0]).toBe('pgsnapman needs 60x15, this terminal has 59x24');
  });
});

describe('names from outside', () => {
  it('stand in aligned columns, whatever is in them', () => {
    const frame = lines(listState('databases', 120), PLAIN)
      .slice(3, 8)
      .map((line) => line.replace(SGR, ''));
    const edges = frame.map((line) => widthOf(line.slice(0, line.indexOf('pg-prod-1'))));
    expect(new Set(edges).size).toBe(1);
  });

  it('are ASCII lines and signs of our own with --ascii', () => {
    const ascii = createTheme({ color: true, ascii: true });
    const frame = lines(listState('workers', 120), ascii).join('').replace(SGR, '');
    expect(frame).toMatch(/^[\x20-\x7e]*$/);
  });
});
