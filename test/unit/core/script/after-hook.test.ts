import { expect, it } from 'vitest';
import { withWarning } from '../../../../src/core/model/with-warning.ts';
import { afterHookStep } from '../../../../src/core/script/after-hook.ts';

it.each([
  [undefined, 'run'],
  [{ starts: 1, ended: false, warning: null }, 'run'],
  [{ starts: 2, ended: false, warning: null }, 'given up'],
  [{ starts: 1, ended: true, warning: null }, 'ended'],
  [{ starts: 2, ended: true, warning: 'x' }, 'ended'],
] as const)('the script after a run with the state %j: %s', (state, step) => {
  expect(afterHookStep(state)).toBe(step);
});

it('a warning turns ok into ok with warnings, changes nothing else, and is said once', () => {
  const result = { outcome: 'ok' as const, warnings: [] };
  expect(withWarning(result, null)).toBe(result);
  const warned = withWarning(result, 'w');
  expect(warned).toEqual({ outcome: 'ok_with_warnings', warnings: ['w'] });
  expect(withWarning(warned, 'w')).toBe(warned);
  expect(withWarning({ outcome: 'failed' as const, warnings: ['v'] }, 'w')).toEqual({
    outcome: 'failed',
    warnings: ['v', 'w'],
  });
});
