import { describe, expect, it } from 'vitest';
import { stalled, withinLimits } from '../../../../src/worker/dump/stopped.ts';

const never = () => new Promise<never>(() => {});
const limits = (timeoutMs: number, signal = new AbortController().signal) => ({ timeoutMs, signal });

describe('work on the server', () => {
  it('gives its answer or its error, if that comes in time', async () => {
    expect(await withinLimits(Promise.resolve(7), limits(1000), 'for x')).toBe(7);
    await expect(withinLimits(Promise.reject(new Error('no')), limits(1000), 'for x')).rejects.toThrow('no');
  });

  it('is not waited for longer than its limit', async () => {
    await expect(withinLimits(never(), limits(20), 'for the facts')).rejects.toMatchObject({
      outcome: 'stalled',
      message: 'no progress for 0.02 seconds: the dump waited for the facts',
    });
  });

  it('is not waited for once it is cancelled', async () => {
    const controller = new AbortController();
    const waiting = withinLimits(never(), limits(60_000, controller.signal), 'for x');
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ outcome: 'cancelled' });
    await expect(withinLimits(never(), limits(60_000, controller.signal), 'for x')).rejects.toThrow('cancelled');
  });

  it('is told in minutes when it took minutes', () => {
    expect(stalled(600_000, 'pg_dump', 'for y').message).toBe('no progress for 10 minutes: pg_dump waited for y');
  });
});
