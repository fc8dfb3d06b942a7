import { describe, expect, it } from 'vitest';
import { checkStagingRoom, leastStagingBytes } from '../../../../src/core/dump/staging-room.ts';

const MIB = 1024 * 1024;

describe('room in the staging folder', () => {
  it('is needed for the largest tables, as many as are dumped at a time', () => {
    expect(leastStagingBytes([10, 400, 30, 200], 1)).toBe(200);
    expect(leastStagingBytes([10, 400, 30, 200], 2)).toBe(300);
    expect(leastStagingBytes([], 4)).toBe(0);
  });

  it('that is missing is said with its amount', () => {
    expect(() => checkStagingRoom(3 * MIB, 3 * MIB)).not.toThrow();
    expect(() => checkStagingRoom(3 * MIB, 2 * MIB)).toThrow(
      'it needs at least 3.0 MiB at once, 2.0 MiB are free, 1.0 MiB are missing',
    );
  });
});
