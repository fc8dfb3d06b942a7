import { describe, expect, it } from 'vitest';
import { forEachLimited } from '../../../../src/worker/repository/for-each-limited.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('work on many items', () => {
  it('is done for every one, never more than so many at a time', async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    await forEachLimited([1, 2, 3, 4, 5], 2, async (item) => {
      most = Math.max(most, ++running);
      await turn();
      running--;
      done.push(item);
    });
    expect(done.toSorted()).toEqual([1, 2, 3, 4, 5]);
    expect(most).toBe(2);
  });

  it('stops after an error, and waits for what runs before it throws', async () => {
    const log: string[] = [];
    const work = forEachLimited(['bad', 'slow', 'never'], 2, async (item) => {
      log.push(`begin ${item}`);
      if (item === 'bad') throw new Error('bad');
      await turn();
      await turn();
      log.push(`end ${item}`);
    });
    await expect(work).rejects.toThrow('bad');
    expect(log).toEqual(['begin bad', 'begin slow', 'end slow']);
  });
});
