import { describe, expect, it } from 'vitest';
import { FIRST_STATE, stateAfter, type Verification } from '../../../../src/core/manifest/dump-state.ts';
import { chooseToVerify } from '../../../../src/core/retention/choose-to-verify.ts';

const at = new Date('2026-11-23T09:00Z');
const verification = (level: 2 | 3 | 4, failed: string | null = null): Verification => ({
  level,
  at,
  with: 'tool',
  failed,
});

describe('a verification', () => {
  it('raises the level, and never lowers it', () => {
    const readable = stateAfter(FIRST_STATE, verification(2));
    expect(readable).toMatchObject({ verified_level: 2, verified_at: at, verified_with: 'tool' });
    expect(stateAfter(stateAfter(readable, verification(4)), verification(2)).verified_level).toBe(4);
  });

  it('that finds something takes the dump out of the good ones until another finds nothing', () => {
    const failed = stateAfter(stateAfter(FIRST_STATE, verification(3)), verification(2, 'block x'));
    expect(failed).toMatchObject({ verified_level: 3, verification_failed: 'block x', verification_failed_at: at });
    expect(stateAfter(failed, verification(2))).toMatchObject({ verified_level: 3, verification_failed: null });
  });
});

describe('a scheduled verification', () => {
  const dumps = Array.from({ length: 10 }, (_, i) => ({
    uuid: String(i),
    started_at: new Date(Date.UTC(2026, 0, 10 - i)),
    dump_type: i === 9 ? 'cluster' : 'full',
  }));

  it('takes a part of what is not verified, the oldest first, at least one', () => {
    const uuids = (percent: number) => chooseToVerify(dumps, () => undefined, percent).map(({ uuid }) => uuid);
    expect(uuids(20)).toEqual(['9', '8']);
    expect(uuids(1)).toEqual(['9']);
    expect(uuids(0)).toEqual([]);
    expect(uuids(100)).toHaveLength(10);
  });

  it('is done with a dump when it cannot prove more, and looks again at damaged ones', () => {
    const levels: Record<string, number> = { 9: 2, 8: 2, 7: 3 };
    const stateOf = (uuid: string) => ({
      ...FIRST_STATE,
      verified_level: levels[uuid] ?? 1,
      verification_failed: uuid === '0' ? 'bad' : null,
    });
    expect(chooseToVerify(dumps, stateOf, 1).map(({ uuid }) => uuid)).toEqual(['0', '6']);
  });
});
