import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../src/core/text/width.ts';
import { parseFilter } from '../../../src/sql/catalog/pages/filter.ts';
import { placeColumns } from '../../../src/tui/list/columns.ts';
import { nextRunOf, nextRuns } from '../../../src/tui/schedule/next-runs.ts';
import { scheduleInWords } from '../../../src/tui/schedule/words.ts';
import { clean, cleanLines } from '../../../src/tui/text/clean.ts';
import { cut, padTo, wrap } from '../../../src/tui/text/fit.ts';
import { editField, fieldText, insertText, newField } from '../../../src/tui/text/text-field.ts';
import { ago, shortTime } from '../../../src/tui/text/time.ts';
import { progressBar, sparkline } from '../../../src/tui/text/values.ts';
import { createTheme } from '../../../src/tui/theme/theme.ts';
import { shareRoom } from '../../../src/tui/view/overview-body.ts';

describe('text from outside', () => {
  it('loses everything that a terminal would act on', () => {
    expect(clean('a\u001b[31mb\u0007\u009bc\u202ed\ne\tf')).toBe('a[31mbcd e f');
    expect(clean('\u200b\u200dx')).toBe('x');
    expect(cleanLines('one\r\ntwo\u001b]0;x\u0007\n')).toEqual(['one', 'two]0;x']);
  });

  it('takes the same columns in every terminal', () => {
    expect(clean('👩‍👧')).toBe('👩👧');
    expect(clean('👍🏽')).toBe('👍');
    expect(clean('🇩🇪')).toBe('DE');
    expect(clean(`a${'\u0301'.repeat(9)}`).length).toBeLessThanOrEqual(3);
  });

  it('never holds a control character, and fits exactly into any width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), fc.integer({ min: 1, max: 40 }), (text, width) => {
        const cleaned = clean(text);
        expect(cleaned).not.toMatch(/\p{Control}/u);
        expect(displayWidth(padTo(cleaned, width))).toBe(width);
        for (const line of wrap(cleaned, Math.max(2, width)))
          expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(2, width));
      }),
    );
  });

  it('is cut between characters', () => {
    expect(cut('customer', 5, '…')).toBe('cust…');
    expect(cut('漢字漢字', 5, '~')).toBe('漢字~');
    expect(wrap('the quick brown fox', 10)).toEqual(['the quick', 'brown fox']);
    expect(wrap('a'.repeat(25), 10)).toEqual(['a'.repeat(10), 'a'.repeat(10), 'a'.repeat(5)]);
  });
});

describe('a field', () => {
  it('is edited by whole characters', () => {
    let field = insertText(newField('a👩‍👧b'), 'c');
    field = editField(field, 'left') ?? field;
    field = editField(field, 'left') ?? field;
    field = editField(field, 'backspace') ?? field;
    expect(fieldText(field)).toBe('abc');
    expect(fieldText(editField(newField('one two '), 'ctrl+w') ?? newField())).toBe('one ');
    expect(editField(field, 'f')).toBeNull();
  });
});

describe('filters', () => {
  it('are words, negated words, and patterns that take the rest', () => {
    expect(parseFilter('shop !test ~^a b$')).toEqual([
      { kind: 'text', negated: false, value: 'shop' },
      { kind: 'text', negated: true, value: 'test' },
      { kind: 'regex', negated: false, value: '^a b$' },
    ]);
    expect(parseFilter('!~x')).toEqual([{ kind: 'regex', negated: true, value: 'x' }]);
    expect(parseFilter(' ! ~ ')).toEqual([]);
  });
});

describe('columns', () => {
  const column = (title: string, width: number, priority: number, maxWidth = width) => ({
    title,
    width,
    priority,
    maxWidth,
    cell: () => title,
  });
  const columns = [column('STATE', 10, 0), column('TIME', 11, 1), column('NAME', 10, 0, 30), column('SIZE', 8, 2)];
  const titles = (width: number, shift = 0): string[] =>
    placeColumns(columns, width, shift, { NAME: 20 }).map(({ column: { title }, width: own }) => `${title} ${own}`);

  it('drop out by priority where room is short, and grow where there is some', () => {
    expect(titles(100)).toEqual(['STATE 10', 'TIME 11', 'NAME 20', 'SIZE 8']);
    expect(titles(41)).toEqual(['STATE 10', 'TIME 11', 'NAME 16']);
    // A name that is not very long is told whole before something else has room.
    expect(titles(40)).toEqual(['STATE 10', 'NAME 20']);
    expect(titles(24)).toEqual(['STATE 10', 'NAME 12']);
    expect(titles(18)).toEqual(['STATE 10', 'NAME 6']);
  });

  it('move out at the left, except those that stay', () => {
    expect(titles(40, 1)).toEqual(['STATE 10', 'NAME 18', 'SIZE 8']);
  });
});

describe('times and numbers', () => {
  const now = new Date('2026-11-22T12:00:00Z');
  it('are short where this year and this hour are meant', () => {
    expect(shortTime(new Date('2026-11-21T03:04:05Z'), now, 'UTC')).toBe('11-21 03:04');
    expect(shortTime(new Date('2024-11-21T03:04:05Z'), now, 'UTC')).toBe('2024-11-21');
    expect(shortTime(null, now, 'UTC')).toBe('-');
    expect(ago(new Date('2026-11-22T11:53:00Z'), now)).toBe('7 minutes ago');
    expect(ago(new Date('2026-11-18T11:53:00Z'), now)).toBe('4 days ago');
  });

  it('are drawn as bars', () => {
    expect(progressBar(0.5, 12, true)).toBe('[#####-----]');
    expect(progressBar(null, 6, true)).toBe('[....]');
    expect(sparkline([0, 4, 8], true)).toBe('_=#');
    expect(sparkline([], false)).toBe('');
  });
});

describe('schedules', () => {
  const now = new Date('2026-11-22T12:00:00Z');
  it('are told in words, with the rule that holds for both kinds of days', () => {
    expect(scheduleInWords('4 3 * * *')).toBe('At 03:04, every day');
    expect(scheduleInWords('0 3 1 * 1')).toContain('(on every day that fits either)');
    expect(scheduleInWords('0 3 */2 * 1')).toContain('(only on days that fit both)');
    expect(scheduleInWords('x')).toBeNull();
  });

  it('say when they run next, and remember it only as long as it is true', () => {
    const first = nextRunOf('0 3 * * *', 'UTC', now);
    expect(first?.toISOString()).toBe('2026-11-23T03:00:00.000Z');
    expect(nextRunOf('0 3 * * *', 'UTC', new Date('2026-11-23T03:00:00Z'))?.toISOString()).toBe(
      '2026-11-24T03:00:00.000Z',
    );
    expect(nextRunOf('0 3 * * *', 'UTC', new Date('2026-11-20T00:00:00Z'))?.toISOString()).toBe(
      '2026-11-20T03:00:00.000Z',
    );
    expect(nextRunOf('61 * * * *', 'UTC', now)).toBeNull();
    expect(nextRuns('0 3 * * *', 'Europe/Berlin', now, 2).map((run) => run.toISOString())).toEqual([
      '2026-11-23T02:00:00.000Z',
      '2026-11-24T02:00:00.000Z',
    ]);
  });
});

describe('the theme', () => {
  it('has no colour under NO_COLOR, but bold and inverse', () => {
    const theme = createTheme({ color: false, ascii: true });
    expect(theme.paint('bad', 'x')).toBe('x');
    expect(theme.paint('selected', 'x')).toBe('\u001b[7mx\u001b[27m');
    expect(createTheme({ color: true, ascii: false }).paint('bad', 'x')).toBe('\u001b[31mx\u001b[39m');
    expect(Object.values(theme.symbols).join('')).toMatch(/^[\x20-\x7e]*$/);
  });
});

describe('the room of the overview', () => {
  const line = (text: string) => ({ text, style: 'plain' as const, target: null });
  it('is shared in turns, headings first', () => {
    const parts = [
      { head: [line('A')], rows: [line('a1'), line('a2'), line('a3')] },
      { head: [line('B')], rows: [line('b1')] },
    ];
    expect(shareRoom(parts, 5).map(({ text }) => text)).toEqual(['A', 'a1', 'a2', 'B', 'b1']);
    expect(shareRoom(parts, 1).map(({ text }) => text)).toEqual(['A', 'B']);
  });
});
