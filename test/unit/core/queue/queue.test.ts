import { describe, expect, it } from 'vitest';
import { reasonToSkip } from '../../../../src/core/queue/halted.ts';
import { isDumpJobOf, repeatJobs, triggeredRestores } from '../../../../src/core/queue/jobs-of-worker.ts';
import { limitsOf } from '../../../../src/core/queue/limits.ts';
import { entryName, inOrder, mustWait } from '../../../../src/core/queue/queue-entry.ts';
import { queueEntrySchema } from '../../../../src/core/queue/queue-entry-schema.ts';
import {
  sampleConfiguration,
  sampleDumpEntry,
  sampleDumpJob,
  sampleInstance,
  sampleRestoreEntry,
  sampleRestoreJob,
  sampleWorker,
} from '../../../support/sample-jobs.ts';

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

describe('a queue entry', () => {
  it('has one name per job, a restore one per dump that triggers it, a run by hand one of its own', () => {
    expect(entryName(sampleDumpEntry())).toBe('dump-1');
    expect(entryName(sampleDumpEntry({ trigger_kind: 'single' }))).toBe('dump-1');
    expect(entryName(sampleDumpEntry({ trigger_kind: 'manual' }))).toBe('dump-1-manual');
    expect(entryName(sampleRestoreEntry())).toBe('restore-1-018f0000-0000-7000-8000-000000000001');
    expect(entryName(sampleRestoreEntry({ trigger_kind: 'schedule' }))).toBe('restore-1');
  });

  it('survives being written as JSON', () => {
    for (const entry of [sampleDumpEntry(), sampleRestoreEntry()]) {
      expect(queueEntrySchema.parse(JSON.parse(JSON.stringify(entry)))).toEqual(entry);
    }
  });

  it('starts in the order of arrival, restores of one dump by position', () => {
    const entries = [
      sampleRestoreEntry({ uuid: 'c', queued_at: at(5), position: 2 }),
      sampleRestoreEntry({ uuid: 'b', queued_at: at(5), position: 1 }),
      sampleDumpEntry({ uuid: 'a', queued_at: at(1) }),
    ];
    expect(inOrder(entries).map(({ uuid }) => uuid)).toEqual(['a', 'b', 'c']);
  });

  it('of a triggered restore waits until the entry of its dump is gone', () => {
    const [dump, restore] = [sampleDumpEntry(), sampleRestoreEntry()];
    expect(mustWait(restore, [dump, restore])).toBe(true);
    expect(mustWait(restore, [restore])).toBe(false);
    expect(mustWait(restore, [sampleDumpEntry({ uuid: 'another' }), restore])).toBe(false);
    expect(mustWait(dump, [dump, restore])).toBe(false);
  });

  it('is skipped when the configuration of now halts its job or instance, unless it is a run by hand', () => {
    const halted = sampleConfiguration({ dump_jobs: [sampleDumpJob({ status: 'halted' })] });
    expect(reasonToSkip(sampleDumpEntry(), halted)).toContain('job is halted');
    expect(reasonToSkip(sampleDumpEntry({ trigger_kind: 'manual' }), halted)).toBeNull();
    const server = sampleConfiguration({ instances: [sampleInstance({ status: 'halted' })] });
    expect(reasonToSkip(sampleDumpEntry(), server)).toContain('instance db1 is halted');
    expect(reasonToSkip(sampleRestoreEntry(), server)).toContain('instance db1 is halted');
  });

  it('is skipped when its job repeats and is gone from a configuration that was read later', () => {
    const gone = sampleDumpEntry({ job: sampleDumpJob({ id: 99 }) });
    const later = sampleConfiguration({ fetched_at: new Date(gone.queued_at.getTime() + 1) });
    expect(reasonToSkip(gone, sampleConfiguration({ fetched_at: gone.queued_at }))).toBeNull();
    expect(reasonToSkip(gone, later)).toContain('deleted');
    // Single jobs leave the configuration when they have ended, and the restores that they trigger with them.
    expect(reasonToSkip({ ...gone, trigger_kind: 'single' }, later)).toBeNull();
    expect(reasonToSkip(sampleRestoreEntry({ trigger_kind: 'dump' }), { ...later, restore_jobs: [] })).toBeNull();
    expect(reasonToSkip({ ...gone, trigger_kind: 'manual' }, later)).toBeNull();
  });
});

describe('limitsOf', () => {
  it('takes the file first, then the column, then the setting', () => {
    const configuration = sampleConfiguration();
    expect(limitsOf(configuration, {}).parallel('dump')).toBe(4);
    const worker = sampleWorker({ max_parallel_dumps: 7, max_parallel_restores: 8 });
    expect(limitsOf({ ...configuration, worker }, {}).parallel('dump')).toBe(7);
    expect(limitsOf({ ...configuration, worker }, {}).parallel('restore')).toBe(8);
    expect(limitsOf({ ...configuration, worker }, { max_parallel_dumps: 1 }).parallel('dump')).toBe(1);
    expect(limitsOf(configuration, {}).parallelOnInstance(sampleInstance())).toBe(3);
    expect(limitsOf(configuration, {}).parallelOnInstance(sampleInstance({ max_parallel: 9 }))).toBe(9);
    expect(limitsOf(configuration, { max_parallel: 5 }).parallelOnInstance(sampleInstance({ max_parallel: 9 }))).toBe(
      5,
    );
  });

  it('knows times from the file, the job, the worker and the settings', () => {
    const configuration = sampleConfiguration({ worker: sampleWorker({ catch_up_ms: 2, stall_timeout_ms: 3 }) });
    expect(limitsOf(configuration, {}).catchUpMs(sampleDumpJob())).toBe(2);
    expect(limitsOf(configuration, {}).catchUpMs(sampleDumpJob({ catch_up_ms: 0 }))).toBe(0);
    expect(limitsOf(configuration, { catch_up_ms: 5 }).catchUpMs(sampleDumpJob({ catch_up_ms: 1 }))).toBe(5);
    expect(limitsOf(configuration, {}).stallTimeoutMs(sampleDumpJob())).toBe(3);
    expect(limitsOf(sampleConfiguration(), {}).catchUpMs(sampleDumpJob())).toBe(86_400_000);
    expect(limitsOf(sampleConfiguration(), {}).lockWaitTimeoutMs()).toBe(300_000);
  });

  it('has defaults for a catalog that says nothing, or nonsense', () => {
    expect(limitsOf(null, {}).parallel('dump')).toBe(2);
    expect(limitsOf(null, {}).parallel('restore')).toBe(1);
    const odd = sampleConfiguration({
      settings: { max_parallel: '0', max_parallel_dumps: 'many' },
      setting_durations_ms: {},
    });
    expect(limitsOf(odd, {}).parallel('dump')).toBe(2);
    expect(limitsOf(odd, {}).parallelOnInstance(sampleInstance())).toBe(2);
    expect(limitsOf(odd, {}).stallTimeoutMs(sampleDumpJob())).toBe(600_000);
  });
});

describe('the jobs of a worker', () => {
  const configuration = sampleConfiguration({
    instances: [sampleInstance(), sampleInstance({ id: 2, default_worker_id: 2 })],
    dump_jobs: [
      sampleDumpJob({ id: 1 }),
      sampleDumpJob({ id: 2, instance_id: 2 }),
      sampleDumpJob({ id: 3, instance_id: 2, worker_id: 1 }),
      sampleDumpJob({ id: 4, worker_id: 2 }),
      sampleDumpJob({ id: 5, job_type: 'single', schedule: null }),
      sampleDumpJob({ id: 6, instance_id: 77 }),
    ],
    restore_jobs: [
      sampleRestoreJob({ id: 1 }),
      sampleRestoreJob({ id: 2, job_type: 'repeat', schedule: '@daily', latest_of_dump_job_id: 1 }),
      sampleRestoreJob({ id: 3, dest_instance_id: 77 }),
    ],
    triggers: [
      { dump_job_id: 1, restore_job_id: 3, position: 2 },
      { dump_job_id: 1, restore_job_id: 1, position: 1 },
      { dump_job_id: 2, restore_job_id: 1, position: 1 },
    ],
  });

  it('are those that repeat and belong to it, directly or by their instance', () => {
    expect(repeatJobs(configuration).map(({ kind, job }) => `${kind} ${job.id}`)).toEqual([
      'dump 1',
      'dump 3',
      'restore 2',
    ]);
    expect(isDumpJobOf(configuration, sampleDumpJob({ id: 5, job_type: 'single' }))).toBe(true);
  });

  it('trigger restores in their order', () => {
    expect(triggeredRestores(configuration, 1).map(({ job, destination }) => [job.id, destination?.id])).toEqual([
      [1, 1],
      [3, undefined],
    ]);
    expect(triggeredRestores(configuration, 9)).toEqual([]);
  });
});
