import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runsOfOthers } from '../../../../src/core/queue/occupation.ts';
import type { QueueEntry } from '../../../../src/core/queue/queue-entry.ts';
import { tryLock } from '../../../../src/worker/lock/lock.ts';
import { type Picked, pickEntry } from '../../../../src/worker/run/pick-entry.ts';
import type { WorkSession } from '../../../../src/worker/run/work-session.ts';
import { lockPath } from '../../../../src/worker/worker-setup.ts';
import {
  sampleConfiguration,
  sampleDumpEntry,
  sampleDumpJob,
  sampleInstance,
  sampleRestoreEntry,
  sampleRestoreJob,
  sampleWorker,
} from '../../../support/sample-jobs.ts';
import { createTestWorker, type TestWorker } from '../../../support/worker-session.ts';

const uuid = (n: number): string => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const dump = (id: number, instance = 1, more: Partial<QueueEntry> = {}): QueueEntry =>
  ({
    ...sampleDumpEntry({ uuid: uuid(id), job: sampleDumpJob({ id }), instance: sampleInstance({ id: instance }) }),
    queued_at: new Date(Date.UTC(2026, 0, 1, 0, 0, id)),
    ...more,
  }) as QueueEntry;

async function prepare(entries: QueueEntry[], limits = {}): Promise<{ test: TestWorker; session: WorkSession }> {
  const test = await createTestWorker({ limits });
  await test.configure(sampleConfiguration());
  for (const entry of entries) await test.worker.queue.add(entry);
  return { test, session: await test.begin() };
}

/** Picks until nothing is left, without ending anything. */
async function pickAll(session: WorkSession): Promise<Picked[]> {
  const all: Picked[] = [];
  for (;;) {
    const picked = await pickEntry(session, () => true);
    if (picked === null) return all;
    all.push(picked);
  }
}
const ids = (picked: Picked[]): number[] => picked.map(({ entry }) => entry.job.id);
const releaseAll = (picked: Picked[]): void => {
  for (const { release } of picked) release();
};

describe('pickEntry', () => {
  it('gives entries in order, up to the limit of the worker, and more when one ends', async () => {
    const { session } = await prepare([dump(1), dump(2, 2), dump(3, 3)], { max_parallel_dumps: 2 });
    const first = await pickAll(session);
    expect(ids(first)).toEqual([1, 2]);
    first[0]?.release();
    const second = await pickAll(session);
    // Its entry is still there: whoever picks it now takes it for one that died.
    expect(second.map(({ entry, died }) => [entry.job.id, died])).toEqual([[1, true]]);
    releaseAll([...first.slice(1), ...second]);
  });

  it('lets a job go that it cannot begin', async () => {
    const { session } = await prepare([dump(1)], { max_parallel_dumps: 1 });
    const { queue } = session.worker;
    const { update } = queue;
    queue.update = () => Promise.reject(new Error('the disk is full'));
    await expect(pickAll(session)).rejects.toThrow('the disk is full');
    queue.update = update;
    const picked = await pickAll(session);
    expect(ids(picked)).toEqual([1]);
    releaseAll(picked);
  });

  it('gives nothing that came to its end while the queue was being looked through', async () => {
    const { session } = await prepare([dump(1), dump(2)]);
    const { queue } = session.worker;
    const look = queue.list;
    queue.list = async () => {
      const seen = await look();
      await queue.remove(dump(1)); // another process, which then lets the lock of the job go
      return seen;
    };
    const picked = await pickAll(session);
    expect(ids(picked)).toEqual([2]);
    releaseAll(picked);
    expect((await look()).entries.map(({ job }) => job.id)).toEqual([2]);
  });

  it('takes an entry as it is when its lock is free, not as it was when the queue was read', async () => {
    const { session } = await prepare([dump(1)]);
    const { queue } = session.worker;
    const look = queue.list;
    queue.list = async () => {
      const seen = await look();
      await queue.update({ ...dump(1), attempts: 1 }); // somebody started on it and died
      return seen;
    };
    const picked = await pickEntry(session, () => true);
    expect(picked).toMatchObject({ died: true, entry: { attempts: 2 } });
    picked?.release();
  });

  it('keeps to the limit of an instance, for dumps and restores together', async () => {
    const restore = sampleRestoreEntry({ uuid: uuid(9), dump_uuid: uuid(99) });
    const { session } = await prepare([dump(1), dump(2), dump(3, 2), restore], {
      max_parallel: 1,
      max_parallel_dumps: 9,
    });
    const picked = await pickAll(session);
    expect(ids(picked)).toEqual([1, 3]);
    releaseAll(picked);
  });

  it('leaves the share of an instance to other workers that they use, and its own runs where they are', async () => {
    const { session } = await prepare([dump(1), dump(2), dump(3)], { max_parallel: 3, max_parallel_dumps: 9 });
    const first = await pickEntry(session, () => true);
    const run = { worker_id: 2, instance_id: 1, silent_ms: 100 };
    session.runsOfOthers = runsOfOthers(
      [
        { ...run, uuid: uuid(91) },
        { ...run, uuid: uuid(92), silent_ms: 90_000 },
        { ...run, uuid: uuid(93), instance_id: null },
        { ...run, uuid: uuid(94), worker_id: 1 },
      ],
      1,
    );
    const second = await pickAll(session);
    expect(ids(second)).toEqual([2]);
    first?.release();
    releaseAll(second);
  });

  it('leaves the entries of an instance that other workers use as they are, and gives those of another one', async () => {
    const { test, session } = await prepare([dump(1), dump(2), dump(3, 2)], { max_parallel: 4, max_parallel_dumps: 9 });
    const asked: [number, number][] = [];
    const picked = await pickEntry(
      session,
      () => true,
      async (entry, spare) => {
        asked.push([entry.job.id, spare]);
        return entry.job.id === 3 ? { giveBack: () => undefined } : null;
      },
    );
    expect(picked?.entry.job.id).toBe(3);
    expect(asked).toEqual([
      [1, 3],
      [3, 3],
    ]);
    expect(tryLock(lockPath(test.worker, 'dump-1'))).not.toBeNull();
    expect((await session.worker.queue.list()).entries.map(({ attempts }) => attempts)).toEqual([0, 0, 1]);
    picked?.release();
  });

  it('gives the place on the instance back with the run, and for a job that it cannot begin', async () => {
    const { session } = await prepare([dump(1)]);
    const { queue } = session.worker;
    let places = 0;
    const take = async () => {
      places++;
      return { giveBack: () => places-- };
    };
    const { update } = queue;
    queue.update = () => Promise.reject(new Error('the disk is full'));
    await expect(pickEntry(session, () => true, take)).rejects.toThrow('the disk is full');
    expect(places).toBe(0);
    queue.update = update;
    const picked = await pickEntry(session, () => true, take);
    expect(places).toBe(1);
    picked?.release();
    expect(places).toBe(0);
  });

  it('does not hold the lock of the queue while other workers are asked', async () => {
    const { test, session } = await prepare([dump(1)]);
    const picked = await pickEntry(
      session,
      () => true,
      async () => {
        const lock = tryLock(lockPath(test.worker, 'queue'));
        expect(lock).not.toBeNull();
        lock?.release();
        return { giveBack: () => undefined };
      },
    );
    expect(picked?.entry.job.id).toBe(1);
    picked?.release();
  });

  it('counts what other processes run', async () => {
    const { test, session } = await prepare([dump(1), dump(2, 2)], { max_parallel_dumps: 1 });
    const other = tryLock(lockPath(test.worker, 'slot-dump-1'));
    expect(await pickAll(session)).toEqual([]);
    other?.release();
    const picked = await pickAll(session);
    expect(ids(picked)).toEqual([1]);
    releaseAll(picked);
  });

  it('never gives a job that runs', async () => {
    const { test, session } = await prepare([dump(1), dump(2, 2)]);
    const running = tryLock(lockPath(test.worker, 'dump-1'));
    const picked = await pickAll(session);
    expect(ids(picked)).toEqual([2]);
    running?.release();
    releaseAll(picked);
  });

  it('counts the attempt before the entry is given out', async () => {
    const { test, session } = await prepare([dump(1)]);
    const picked = await pickAll(session);
    expect(picked[0]).toMatchObject({ died: false, entry: { attempts: 1 } });
    expect((await test.worker.queue.list()).entries[0]?.attempts).toBe(1);
    releaseAll(picked);
  });

  it('leaves a run by hand to its own process, and takes it over when that died', async () => {
    const { test, session } = await prepare([dump(1, 1, { trigger_kind: 'manual', attempts: 1 })]);
    const own = tryLock(lockPath(test.worker, 'dump-1'));
    expect(await pickAll(session)).toEqual([]);
    own?.release();
    const picked = await pickAll(session);
    expect(picked[0]).toMatchObject({ died: true, entry: { attempts: 2 } });
    releaseAll(picked);
  });

  it('lets triggered restores wait for the end of their dump', async () => {
    const restore = sampleRestoreEntry({ dump_uuid: uuid(1), uuid: uuid(9), job: sampleRestoreJob({ id: 5 }) });
    const { test, session } = await prepare([dump(1, 2), restore]);
    const first = await pickAll(session);
    expect(ids(first)).toEqual([1]);
    await test.worker.queue.remove(dump(1));
    releaseAll(first);
    const second = await pickAll(session);
    expect(ids(second)).toEqual([5]);
    releaseAll(second);
  });

  it('starts nothing on a halted worker', async () => {
    const { test } = await prepare([dump(1)]);
    await test.configure(sampleConfiguration({ worker: sampleWorker({ status: 'halted' }) }));
    expect(await pickAll(await test.begin())).toEqual([]);
    expect((await test.worker.queue.list()).entries).toHaveLength(1);
  });

  it('drops scheduled entries of a job that was halted meanwhile; single ones wait, told once', async () => {
    const { test } = await prepare([dump(1), dump(2, 1, { trigger_kind: 'single' })]);
    const halted = { status: 'halted' as const };
    await test.configure(
      sampleConfiguration({ dump_jobs: [sampleDumpJob({ id: 1, ...halted }), sampleDumpJob({ id: 2, ...halted })] }),
    );
    expect(await pickAll(await test.begin())).toEqual([]);
    expect(await pickAll(await test.begin())).toEqual([]);
    expect((await test.worker.queue.list()).entries.map(({ job }) => job.id)).toEqual([2]);
    expect(await test.messages()).toEqual([
      expect.stringContaining('dump job 1 (shop on db1) was skipped: the job is halted'),
      expect.stringContaining('dump job 2 (shop on db1) waits: the job is halted'),
    ]);
  });

  it('sets aside an entry that cannot be read, with a message', async () => {
    const { test, session } = await prepare([dump(2)]);
    writeFileSync(join(test.worker.root.queue, 'dump-1.json'), '{"format": 1');
    const picked = await pickAll(session);
    expect(ids(picked)).toEqual([2]);
    expect(await test.messages()).toEqual([expect.stringContaining('error an entry of the queue was set aside')]);
    releaseAll(picked);
  });
});
