import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { entryName, type QueueEntry } from '../../../../src/core/queue/queue-entry.ts';
import { pickEntry } from '../../../../src/worker/run/pick-entry.ts';
import { queueDueJobs } from '../../../../src/worker/run/queue-due-jobs.ts';
import {
  sampleConfiguration,
  sampleDumpJob,
  sampleInstance,
  sampleRestoreJob,
  sampleWorker,
} from '../../../support/sample-jobs.ts';
import { createTestWorker, type TestWorker } from '../../../support/worker-session.ts';

async function tick(test: TestWorker, time: string): Promise<void> {
  test.at(time);
  await queueDueJobs(await test.begin());
}

/** What waits, as `name due`. */
async function waiting(test: TestWorker): Promise<string[]> {
  const { entries } = await test.worker.queue.list();
  return entries.map((entry) => `${entryName(entry)} ${entry.due_at?.toISOString().slice(0, 16)}`);
}

/** Does what is in the queue, as a run would: picks, and removes at the end. */
async function runAll(test: TestWorker): Promise<string[]> {
  const session = await test.begin();
  const done: QueueEntry[] = [];
  for (;;) {
    const picked = await pickEntry(session, () => true);
    if (picked === null) return done.map((entry) => `${entryName(entry)} ${entry.due_at?.toISOString().slice(0, 16)}`);
    done.push(picked.entry);
    await test.worker.queue.remove(picked.entry);
    picked.release();
  }
}

const statePath = (test: TestWorker): string => join(test.worker.root.state, 'schedule.json');

describe('queueDueJobs', () => {
  it('queues a job when it is due, once', async () => {
    const test = await createTestWorker();
    await test.configure(sampleConfiguration());
    await tick(test, '2026-01-01T02:59');
    expect(await waiting(test)).toEqual([]);
    await tick(test, '2026-01-01T03:00');
    await tick(test, '2026-01-01T03:01');
    expect(await waiting(test)).toEqual(['dump-1 2026-01-01T03:00']);
    expect(await runAll(test)).toEqual(['dump-1 2026-01-01T03:00']);
    await tick(test, '2026-01-01T03:02');
    expect(await waiting(test)).toEqual([]);
    expect(await test.messages()).toEqual([]);
    await tick(test, '2026-01-02T03:00');
    expect(await waiting(test)).toEqual(['dump-1 2026-01-02T03:00']);
  });

  it('does not lose and does not repeat a due time when the process dies before it wrote the state', async () => {
    for (const whoComes of ['a tick', 'a picking process'] as const) {
      const test = await createTestWorker();
      await test.configure(sampleConfiguration());
      await tick(test, '2026-01-01T02:59');
      copyFileSync(statePath(test), `${statePath(test)}.before`);
      await tick(test, '2026-01-01T03:00');
      copyFileSync(`${statePath(test)}.before`, statePath(test));
      if (whoComes === 'a tick') await tick(test, '2026-01-01T03:01');
      expect(await waiting(test)).toEqual(['dump-1 2026-01-01T03:00']);
      expect(await runAll(test)).toEqual(['dump-1 2026-01-01T03:00']);
      await tick(test, '2026-01-01T03:02');
      expect(await waiting(test), whoComes).toEqual([]);
    }
  });

  it('holds a job back while its last run waits or runs, and makes it up afterwards', async () => {
    const test = await createTestWorker();
    await test.configure(sampleConfiguration({ dump_jobs: [sampleDumpJob({ schedule: '*/5 * * * *' })] }));
    await tick(test, '2026-01-01T03:00');
    const picked = await pickEntry(await test.begin(), () => true);
    await tick(test, '2026-01-01T03:05');
    await tick(test, '2026-01-01T03:11');
    expect(await waiting(test)).toHaveLength(1);
    if (picked !== null) await test.worker.queue.remove(picked.entry);
    picked?.release();
    await tick(test, '2026-01-01T03:12');
    expect(await waiting(test)).toEqual(['dump-1 2026-01-01T03:10']);
  });

  it('makes up what was missed while the machine was down, late ones only inside the window', async () => {
    const test = await createTestWorker();
    await test.configure(sampleConfiguration());
    await tick(test, '2026-01-02T10:00');
    expect(await waiting(test)).toEqual([]);
    await tick(test, '2026-01-02T19:59');
    expect(await waiting(test)).toEqual([]);
    await tick(test, '2026-01-02T20:00');
    expect(await waiting(test)).toEqual(['dump-1 2026-01-02T03:00']);
    expect(await test.messages()).toEqual([
      expect.stringMatching(/^warning dump job 1 \(shop on db1\) makes up .*03:00/),
    ]);
  });

  it('says that a run was missed for good', async () => {
    const test = await createTestWorker({ limits: { catch_up_ms: 3_600_000 } });
    await test.configure(sampleConfiguration());
    await tick(test, '2026-01-02T05:00');
    await tick(test, '2026-01-02T05:01');
    expect(await waiting(test)).toEqual([]);
    expect(await test.messages()).toEqual([
      expect.stringMatching(/^warning dump job 1 .* missed its run at 2026-01-02T03:00/),
    ]);
  });

  it('skips halted jobs and instances with a message, and a halted worker in silence', async () => {
    const test = await createTestWorker();
    const halted = { status: 'halted' as const };
    await test.configure(
      sampleConfiguration({
        instances: [sampleInstance(), sampleInstance({ id: 2, name: 'db2', ...halted })],
        dump_jobs: [sampleDumpJob({ id: 1, ...halted }), sampleDumpJob({ id: 2, instance_id: 2 })],
      }),
    );
    await tick(test, '2026-01-01T03:00');
    await tick(test, '2026-01-01T03:01');
    expect(await waiting(test)).toEqual([]);
    expect(await test.messages()).toEqual([
      expect.stringContaining('info dump job 1 (shop on db1) was skipped'),
      expect.stringContaining('info dump job 2 (shop on db2) was skipped'),
    ]);
    await test.configure(
      sampleConfiguration({ worker: sampleWorker(halted), fetched_at: new Date('2026-01-01T04:00Z') }),
    );
    await tick(test, '2026-01-02T03:00');
    expect(await waiting(test)).toEqual([]);
    expect(await test.messages()).toEqual([]);
    await test.configure(sampleConfiguration({ fetched_at: new Date('2026-01-02T03:01Z') }));
    await tick(test, '2026-01-02T03:02');
    expect(await waiting(test)).toEqual([]);
  });

  it('tells once about a schedule or time zone that cannot be used, and runs the other jobs', async () => {
    const test = await createTestWorker();
    await test.configure(
      sampleConfiguration({
        dump_jobs: [
          sampleDumpJob({ id: 1, schedule: '0 0 30 2 *' }),
          sampleDumpJob({ id: 2, timezone: 'Mars/Olympus' }),
          sampleDumpJob({ id: 3 }),
        ],
      }),
    );
    await tick(test, '2026-01-01T03:00');
    await tick(test, '2026-01-01T03:01');
    expect(await waiting(test)).toEqual(['dump-3 2026-01-01T03:00']);
    expect(await test.messages()).toEqual([
      expect.stringMatching(/^error dump job 1 .*never runs.*its day never comes/),
      expect.stringMatching(/^error dump job 2 .*never runs.*Mars/),
    ]);
  });

  it('goes by the job’s time zone, else the worker’s', async () => {
    const test = await createTestWorker();
    await test.configure(
      sampleConfiguration({
        worker: sampleWorker({ timezone: 'America/New_York' }),
        dump_jobs: [sampleDumpJob({ id: 1 }), sampleDumpJob({ id: 2, timezone: 'Europe/Berlin' })],
      }),
    );
    await tick(test, '2026-01-01T02:00');
    expect(await waiting(test)).toEqual(['dump-2 2026-01-01T02:00']);
    await tick(test, '2026-01-01T08:00');
    expect(await waiting(test)).toContain('dump-1 2026-01-01T08:00');
  });

  it('queues repeating restores too', async () => {
    const test = await createTestWorker();
    const job = sampleRestoreJob({ job_type: 'repeat', schedule: '0 4 * * *', latest_of_dump_job_id: 1 });
    await test.configure(sampleConfiguration({ dump_jobs: [], restore_jobs: [job] }));
    await tick(test, '2026-01-01T04:00');
    expect(await waiting(test)).toEqual(['restore-1 2026-01-01T04:00']);
  });

  it('begins anew with the jobs of another catalog, and does not forget a job that is gone for a day', async () => {
    const test = await createTestWorker();
    await test.configure(sampleConfiguration());
    await tick(test, '2026-01-01T03:00');
    await runAll(test);
    await test.configure(sampleConfiguration({ dump_jobs: [], fetched_at: new Date('2026-01-01T03:02Z') }));
    await tick(test, '2026-01-01T03:02');
    await test.configure(sampleConfiguration({ fetched_at: new Date('2026-01-01T03:03Z') }));
    await tick(test, '2026-01-01T03:03');
    expect(await waiting(test)).toEqual([]);
    await test.configure(sampleConfiguration({ catalog_id: 'another', fetched_at: new Date('2026-01-01T03:04Z') }));
    await tick(test, '2026-01-01T03:04');
    expect(await waiting(test)).toEqual(['dump-1 2026-01-01T03:00']);
  });

  it('begins anew, with a message, when the state cannot be read', async () => {
    const test = await createTestWorker();
    await test.configure(sampleConfiguration());
    writeFileSync(statePath(test), '{"format": 1,');
    await tick(test, '2026-01-01T03:00');
    expect(await waiting(test)).toEqual(['dump-1 2026-01-01T03:00']);
    expect(await test.messages()).toEqual([expect.stringContaining('error the state of the schedules was begun anew')]);
  });

  it('does not write a file in a tick in which nothing becomes due', async () => {
    const test = await createTestWorker();
    await test.configure(sampleConfiguration());
    await tick(test, '2026-01-01T00:01');
    const before = readFileSync(statePath(test), 'utf8');
    rmSync(statePath(test));
    writeFileSync(statePath(test), before);
    await tick(test, '2026-01-01T00:02');
    expect(readFileSync(statePath(test), 'utf8')).toBe(before);
  });

  it('does not write one either while a run holds back the next one of its job', async () => {
    const test = await createTestWorker();
    await test.configure(sampleConfiguration({ dump_jobs: [sampleDumpJob({ schedule: '*/5 * * * *' })] }));
    await tick(test, '2026-01-01T03:00');
    const picked = await pickEntry(await test.begin(), () => true);
    await tick(test, '2026-01-01T03:05');
    const before = statSync(statePath(test)).ino;
    await tick(test, '2026-01-01T03:06');
    await tick(test, '2026-01-01T03:07');
    expect(statSync(statePath(test)).ino).toBe(before);
    picked?.release();
  });

  it('works out anew when jobs are due after the clock has gone back, and runs nothing twice', async () => {
    const test = await createTestWorker();
    await test.configure(sampleConfiguration());
    await tick(test, '2026-01-01T03:00');
    await runAll(test);
    await tick(test, '2026-01-01T02:00');
    await tick(test, '2026-01-01T03:00');
    expect(await waiting(test)).toEqual([]);
    await tick(test, '2026-06-01T03:00');
    expect(await runAll(test)).toEqual(['dump-1 2026-06-01T03:00']);
    await tick(test, '2026-01-01T04:00');
    expect(await waiting(test)).toEqual([]);
    await tick(test, '2026-01-02T03:00');
    expect(await waiting(test)).toEqual(['dump-1 2026-01-02T03:00']);
  });

  it('does nothing without a configuration', async () => {
    const test = await createTestWorker();
    await tick(test, '2026-01-01T03:00');
    expect(existsSync(statePath(test))).toBe(false);
  });
});
