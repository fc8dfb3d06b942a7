import { expect, it } from 'vitest';
import { parseParameter } from '../../../../src/core/facts/parameter-text.ts';

it('a stored parameter is split at its first equals sign', () => {
  expect(parseParameter('app.x=a=b c')).toEqual({ name: 'app.x', value: 'a=b c' });
  expect(parseParameter('search_path="a, b", "$user"')).toEqual({ name: 'search_path', value: '"a, b", "$user"' });
  expect(parseParameter('empty=')).toEqual({ name: 'empty', value: '' });
  expect(parseParameter('bare')).toEqual({ name: 'bare', value: '' });
});
