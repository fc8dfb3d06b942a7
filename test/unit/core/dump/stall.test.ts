import { describe, expect, it } from 'vitest';
import { isStalled, type LifeSigns, startOfStallWatch, watchForStall } from '../../../../src/core/dump/stall.ts';

const still: LifeSigns = { bytes: 0, marks: 0, working: false };

/** One look a second; returns the second at which it counts as stalled, or null. */
function stallsAt(looks: LifeSigns[], timeoutMs: number): number | null {
  let state = startOfStallWatch(0);
  for (const [index, signs] of looks.entries()) {
    const now = (index + 1) * 1000;
    state = watchForStall(state, signs, now);
    if (isStalled(state, now, timeoutMs)) return index + 1;
  }
  return null;
}

describe('a dump', () => {
  it('is stalled when nothing has happened for long enough', () => {
    expect(stallsAt([still, still, still], 3000)).toBe(3);
    expect(stallsAt([still, still], 3000)).toBeNull();
  });

  it.each([
    ['bytes', { ...still, bytes: 1 }],
    ['a line', { ...still, marks: 1 }],
    ['a backend that works', { ...still, working: true }],
  ])('is not stalled while there are %s', (_name, sign) => {
    expect(stallsAt([still, still, sign, still, still], 3000)).toBeNull();
  });

  it('is stalled when the server does not say what its sessions do, and nothing else happens', () => {
    expect(stallsAt([still, still, { ...still, working: null }], 3000)).toBe(3);
  });

  it('that has written once and then stands still is stalled', () => {
    const sign = { bytes: 5, marks: 2, working: false };
    expect(stallsAt([sign, sign, sign, sign], 3000)).toBe(4);
  });
});
