import { describe, expect, it } from 'vitest';
import { firstMinorWithoutHoles, knownHoles } from '../../../../src/core/postgres/known-holes.ts';
import { versionOfNumber } from '../../../../src/core/postgres/version.ts';

const holes = (num: number) => knownHoles(versionOfNumber(num));

describe('known security holes of client programs', () => {
  it('are there until the minor version that closes them', () => {
    expect(holes(150_013)).toContain('CVE-2025-8714');
    expect(holes(150_014)).not.toContain('CVE-2025-8714');
    expect(holes(150_014)).toContain('CVE-2026-6477');
  });

  it('stay for ever in versions that were out of support by then', () => {
    expect(holes(120_022)).toContain('CVE-2025-8715');
    expect(holes(110_022)).toContain('CVE-2024-7348');
  });

  it('are none in a version that came later', () => {
    expect(holes(190_000)).toEqual([]);
    expect(holes(180_000)).not.toContain('CVE-2024-7348');
  });

  it.each([14, 15, 16, 17, 18])('are all closed by some minor version of %i, and not by the one before', (major) => {
    const minor = firstMinorWithoutHoles(major) ?? -1;
    expect(minor).toBeGreaterThan(0);
    expect(holes(major * 10_000 + minor)).toEqual([]);
    expect(holes(major * 10_000 + minor - 1)).not.toEqual([]);
  });

  it('are never all closed in a version without support', () => {
    expect(firstMinorWithoutHoles(12)).toBeNull();
    expect(firstMinorWithoutHoles(13)).toBeNull();
  });
});
