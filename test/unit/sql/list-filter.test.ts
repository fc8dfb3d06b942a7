import { describe, expect, test } from 'vitest';
import { hasWildcard, likePattern, sortOrder } from '../../../src/sql/catalog/list-filter.ts';

describe('patterns for names', () => {
  test.each([
    ['shop*', 'shop%'],
    ['?_%', '_\\_\\%'],
    ['back\\slash', 'back\\\\slash'],
  ])('%s is %s for LIKE', (pattern, expected) => {
    expect(likePattern(pattern)).toBe(expected);
  });

  test('a name without * and ? is no pattern', () => {
    expect(['a', 'a%', 'a_b'].some(hasWildcard)).toBe(false);
    expect(['a*', '?'].every(hasWildcard)).toBe(true);
  });
});

describe('sorting', () => {
  test('goes upwards, or downwards with -', () => {
    expect(sortOrder('id', { id: 'j.id' })).toEqual({ key: 'id', expression: 'j.id', direction: 'asc' });
    expect(sortOrder('-id', { id: 'j.id' })).toEqual({ key: 'id', expression: 'j.id', direction: 'desc' });
  });

  test.each(['name', '-name', 'toString', ''])('by %j is refused if it is not offered', (sort) => {
    expect(() => sortOrder(sort, { id: 'j.id' })).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});
