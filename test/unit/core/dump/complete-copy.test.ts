import { describe, expect, it } from 'vitest';
import { COPY_END_BYTES, isCompleteCopy } from '../../../../src/core/dump/complete-copy.ts';

const complete = (text: string) => isCompleteCopy(Buffer.from(text).subarray(-COPY_END_BYTES));

describe('the data file of a table', () => {
  it('is complete when it ends as pg_dump ends it, with rows and without', () => {
    expect(complete('1\tx\n\\.\n\n\n')).toBe(true);
    expect(complete('\\.\n\n\n')).toBe(true);
    expect(complete('\n\n\\.\n\n\n')).toBe(true);
  });

  it('is not complete after any other part of it', () => {
    const whole = '1\tx\n\\\\.\n\n\\.\n\n\n';
    for (let length = 0; length < whole.length; length += 1) expect(complete(whole.slice(0, length))).toBe(false);
  });

  it('is not complete after a value that looks like the end', () => {
    expect(complete('x\\.\n\n\n')).toBe(false);
  });
});
