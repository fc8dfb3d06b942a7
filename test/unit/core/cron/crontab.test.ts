import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cronCommand, markOf, withMarkedLine } from '../../../../src/core/cron/crontab.ts';

const MARK = markOf('/var/lib/pgsnapman');

describe('withMarkedLine', () => {
  it('adds, changes and removes one line, and no other', () => {
    const others = '# my jobs\nMAILTO=me\n\n0 1 * * * /bin/x # pgsnapman worker in /elsewhere\n';
    const added = withMarkedLine(others, MARK, '* * * * * a');
    expect(added).toBe(`${others}* * * * * a ${MARK}\n`);
    const below = `${added}5 5 * * * y\n`;
    expect(withMarkedLine(below, MARK, '* * * * * b')).toBe(`${others}* * * * * b ${MARK}\n5 5 * * * y\n`);
    expect(withMarkedLine(below, MARK, null)).toBe(`${others}5 5 * * * y\n`);
    expect(withMarkedLine('', MARK, null)).toBe('');
    expect(withMarkedLine('no end', MARK, 'l')).toBe(`no end\nl ${MARK}\n`);
  });

  it('leaves whatever else is in a crontab as it is, and does nothing the second time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string().filter((line) => !line.includes('\n') && !line.trimEnd().endsWith(MARK))),
        (lines) => {
          const crontab = lines.map((line) => `${line}\n`).join('');
          const once = withMarkedLine(crontab, MARK, '* * * * * a');
          expect(withMarkedLine(once, MARK, '* * * * * a')).toBe(once);
          expect(withMarkedLine(once, MARK, null)).toBe(crontab);
        },
      ),
    );
  });
});

describe('cronCommand', () => {
  it('quotes for the shell, and percent signs for cron', () => {
    expect(cronCommand(['/usr/bin/node', "/a b/o'x", '50%'])).toBe(`/usr/bin/node '/a b/o'\\''x' 50\\%`);
    expect(cronCommand(['$(touch x)', '`y`', ';'])).toBe("'$(touch x)' '`y`' ';'");
    expect(() => cronCommand(['a\nb'])).toThrow(RangeError);
  });
});
