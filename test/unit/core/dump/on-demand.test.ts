import { describe, expect, it } from 'vitest';
import { demandOf, type FlagRow } from '../../../../src/core/dump/on-demand.ts';

const rows = (...values: (string | null)[]): FlagRow[] =>
  values.map((val, index) => ({ val, ctid: `(0,${index + 1})`, xmin: '7' }));

describe('what a database says about scheduled dumps', () => {
  it.each<[(string | null)[], boolean, number, number]>([
    [[], true, 0, 0],
    [['NO'], false, 0, 0],
    [['YES'], true, 1, 0],
    [['SCHEDULE'], true, 0, 0],
    [['NO', 'YES'], true, 1, 0],
    [['NO', 'NO'], false, 0, 0],
    [['NO', 'SCHEDULE'], true, 0, 0],
    [[' yes\n'], true, 1, 0],
    [[null], true, 0, 1],
    [['true\u001b[31m'], true, 0, 1],
  ])('%j: taken %s, %i to set back, %i warnings', (values, take, wanted, warnings) => {
    const demand = demandOf(rows(...values));
    expect([demand.take, demand.wanted.length, demand.warnings.length]).toEqual([take, wanted, warnings]);
    expect(demand.warnings.join('')).not.toContain('\u001b');
  });
});
