import { expect, test } from 'vitest';
import { plainTick } from '../../../src/start/plain-tick-words.ts';

test.each([
  [['worker', 'run'], { config: undefined }],
  [['worker', 'run', '--config', '/etc/x.toml'], { config: '/etc/x.toml' }],
])('%j is what cron says', (argv, expected) => {
  expect(plainTick(argv)).toEqual(expected);
});

test.each([
  [[]],
  [['worker']],
  [['worker', 'daemon']],
  [['worker', 'run', '--verbose']],
  [['worker', 'run', '--config']],
  [['worker', 'run', '--config', '']],
  [['worker', 'run', '--config', 'x', '--json']],
  [['--config', 'x', 'worker', 'run']],
])('%j goes through the tree of commands', (argv) => {
  expect(plainTick(argv)).toBeNull();
});
