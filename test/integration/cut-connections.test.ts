import { describe, expect, it } from 'vitest';
import { dumpThroughBreaks } from '../support/cut-dumps.ts';
import { Random } from '../support/simulation/random.ts';

describe('a dump through a connection that breaks at a random byte', () => {
  it('is never ok unless all is there, and leaves nothing behind', async () => {
    const { full, cluster } = await dumpThroughBreaks(12, new Random(11));
    for (const { failed, stalled } of [full, cluster]) {
      expect(failed).toBeGreaterThan(1);
      expect(stalled).toBeGreaterThan(0);
    }
  });
});
