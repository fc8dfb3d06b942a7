import { describe, expect, it } from 'vitest';
import { dumpThroughBreaks } from '../support/cut-dumps.ts';
import { Random } from '../support/simulation/random.ts';

describe('a dump through a connection that breaks at a random byte', () => {
  it('is never ok unless all is there, and leaves nothing behind', async () => {
    const report = await dumpThroughBreaks(9, ['reset', 'close', 'stall'], new Random(11));
    expect(report.failed).toBeGreaterThan(1);
    expect(report.stalled).toBeGreaterThan(0);
  });
});
