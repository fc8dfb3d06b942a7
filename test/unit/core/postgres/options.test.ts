import { describe, expect, it } from 'vitest';
import { checkOptions, DUMP_OPTIONS, isAllowedOption, RESTORE_OPTIONS } from '../../../../src/core/postgres/options.ts';

const dump = (option: string) => isAllowedOption(option, DUMP_OPTIONS);

describe('options of pg_dump in a job', () => {
  it.each([
    '--no-comments',
    '--exclude-table=a b*"',
    '--role=x=y',
    '--extra-float-digits=0',
    '--lock-wait-timeout=5000',
  ])('may be %s', (option) => expect(dump(option)).toBe(true));

  it.each([
    '--file=/etc/passwd',
    '--format=plain',
    '--compress=9',
    '--jobs=9',
    '--dbname=service=x',
    '--inserts',
    '--no-comments=1',
    '--role',
    '--role=',
    '--role=a\nb',
    '--role=a\0b',
    '--extra-float-digits=x',
    '--lock-wait-timeout=1234567890',
    '-v',
    '--no-comments ',
    ' --no-comments',
    '',
    '--no-',
    '--host=x',
    '--filter=/etc/passwd',
  ])('are never %j', (option) => expect(dump(option)).toBe(false));

  it('are refused by name', () => {
    expect(() => checkOptions(['--no-comments', '--file=x'], DUMP_OPTIONS)).toThrow('option "--file=x" is not allowed');
    expect(() => checkOptions(['--no-owner', '--role=x'], RESTORE_OPTIONS)).not.toThrow();
    expect(() => checkOptions(['--clean'], RESTORE_OPTIONS)).toThrow('"--clean"');
  });
});
