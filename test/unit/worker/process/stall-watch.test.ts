import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type StallProbe, StallWatch } from '../../../../src/worker/process/stall-watch.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const still: StallProbe = { mark: '1', working: false, waitingFor: 'for a lock' };

function watch(probe: () => Promise<StallProbe>) {
  const stalls: (string | null)[] = [];
  const watched = new StallWatch({
    timeoutMs: 10_000,
    intervalMs: 1000,
    probe,
    onStall: (waitingFor) => stalls.push(waitingFor),
  });
  return { watched, stalls };
}

test('without any progress it is a stall, once, with what was waited for', async () => {
  const { stalls } = watch(async () => still);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(stalls).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(stalls).toEqual(['for a lock']);
});

test('a mark that changes is progress', async () => {
  let bytes = 0;
  const { stalls } = watch(async () => ({ ...still, mark: String(bytes++) }));
  await vi.advanceTimersByTimeAsync(100_000);
  expect(stalls).toEqual([]);
});

test('a server that works without any visible change is progress', async () => {
  const { stalls } = watch(async () => ({ ...still, working: true }));
  await vi.advanceTimersByTimeAsync(100_000);
  expect(stalls).toEqual([]);
});

test('a line of output is progress', async () => {
  const { watched, stalls } = watch(async () => still);
  for (let i = 0; i < 20; i++) {
    await vi.advanceTimersByTimeAsync(8000);
    watched.touch();
  }
  expect(stalls).toEqual([]);
});

test('a look that never comes back is no progress', async () => {
  const { stalls } = watch(() => new Promise(() => {}));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(stalls).toEqual(['for an answer of the server']);
});

test('a look that fails is no progress', async () => {
  const { stalls } = watch(() => Promise.reject(new Error('gone')));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(stalls).toEqual([null]);
});

test('time in which the machine slept does not count', async () => {
  const { stalls } = watch(async () => still);
  await vi.advanceTimersByTimeAsync(5000);
  const asleep = performance.now() + 3_600_000;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => asleep);
  await vi.advanceTimersByTimeAsync(1000);
  expect(stalls).toEqual([]);
  clock.mockRestore();
});

test('after its end it says nothing any more', async () => {
  const { watched, stalls } = watch(async () => still);
  watched.stop();
  await vi.advanceTimersByTimeAsync(100_000);
  expect(stalls).toEqual([]);
});
