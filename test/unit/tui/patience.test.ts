import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPatience } from '../../../src/tui/session/patience.ts';

describe('patience with the catalog', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const watched = () => {
    const said: string[] = [];
    const patience = createPatience({
      slow: (isSlow) => said.push(isSlow ? 'slow' : 'answered'),
      silent: () => said.push('silent'),
    });
    return { said, patience };
  };

  it('says nothing of answers that come soon', async () => {
    const { said, patience } = watched();
    const { promise, resolve } = Promise.withResolvers<number>();
    const answer = patience.watch(promise, 'question');
    vi.advanceTimersByTime(2000);
    resolve(7);
    expect(await answer).toBe(7);
    vi.advanceTimersByTime(100_000);
    expect(said).toEqual([]);
  });

  it('says that the catalog is slow, that it answered, and in the end that it is silent', async () => {
    const { said, patience } = watched();
    const first = Promise.withResolvers<void>();
    const answer = patience.watch(first.promise, 'question');
    vi.advanceTimersByTime(5000);
    expect(said).toEqual(['slow']);
    first.reject(new Error('statement timeout'));
    await expect(answer).rejects.toThrow('statement timeout');
    expect(said).toEqual(['slow', 'answered']);
    void patience.watch(new Promise(() => {}), 'question');
    vi.advanceTimersByTime(31_000);
    expect(said).toEqual(['slow', 'answered', 'slow', 'silent']);
  });

  it('lets work take as long as it needs', () => {
    const { said, patience } = watched();
    void patience.watch(new Promise(() => {}), 'work');
    void patience.watch(new Promise(() => {}), 'question');
    vi.advanceTimersByTime(120_000);
    expect(said).toEqual(['slow']);
    patience.stop();
  });
});
