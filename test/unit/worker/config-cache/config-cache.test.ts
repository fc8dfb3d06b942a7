import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { WorkerConfiguration } from '../../../../src/core/model/configuration.ts';
import { loadConfiguration, storeConfiguration } from '../../../../src/worker/config-cache/config-cache.ts';
import { sampleConfiguration, sampleDumpJob, sampleRestoreJob } from '../../../support/sample-jobs.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const full = sampleConfiguration({ restore_jobs: [sampleRestoreJob()] });
const empty = sampleConfiguration({ dump_jobs: [], restore_jobs: [] });
const single = sampleConfiguration({ dump_jobs: [sampleDumpJob({ job_type: 'single', schedule: null })] });

const cached = async (folder: string): Promise<WorkerConfiguration | null> =>
  (await loadConfiguration(folder)).configuration;

describe('the configuration cache', () => {
  it('is null at first, then what was stored', async () => {
    const folder = temporaryFolder();
    expect(await loadConfiguration(folder)).toEqual({ configuration: null, broken: null });
    expect(await storeConfiguration(folder, full, null, 'tick 1')).toBe('stored');
    expect(await cached(folder)).toEqual(full);
  });

  it('falls back to the one before when the newest is spoiled, and says so', async () => {
    const folder = temporaryFolder();
    await storeConfiguration(folder, full, null, 'tick 1');
    await storeConfiguration(folder, sampleConfiguration(), full, 'tick 2');
    writeFileSync(
      join(folder, 'configuration.json'),
      readFileSync(join(folder, 'configuration.json'), 'utf8').slice(0, 500),
    );
    const { configuration, broken } = await loadConfiguration(folder);
    expect(configuration).toEqual(full);
    expect(broken).toContain('configuration.json');
  });

  it('is not replaced by an answer that is not complete', async () => {
    const folder = temporaryFolder();
    await storeConfiguration(folder, full, null, 'tick 1');
    const { triggers: _, ...part } = full;
    await expect(storeConfiguration(folder, part as WorkerConfiguration, full, 'tick 2')).rejects.toThrow();
    const odd = {
      ...full,
      dump_jobs: [{ ...sampleDumpJob(), job_type: 'sometimes' }],
    } as unknown as WorkerConfiguration;
    await expect(storeConfiguration(folder, odd, full, 'tick 2')).rejects.toThrow();
    expect(await cached(folder)).toEqual(full);
  });

  it('believes that all jobs are gone when a second tick hears it too', async () => {
    const folder = temporaryFolder();
    await storeConfiguration(folder, full, null, 'tick 1');
    expect(await storeConfiguration(folder, empty, full, 'tick 2')).toBe('doubted');
    expect(await storeConfiguration(folder, empty, full, 'tick 2')).toBe('doubted');
    expect(await cached(folder)).toEqual(full);
    expect(await storeConfiguration(folder, empty, full, 'tick 3')).toBe('stored');
    expect(await cached(folder)).toEqual(empty);
  });

  it('begins to doubt anew when jobs were seen in between', async () => {
    const folder = temporaryFolder();
    await storeConfiguration(folder, full, null, 'tick 1');
    expect(await storeConfiguration(folder, empty, full, 'tick 2')).toBe('doubted');
    expect(await storeConfiguration(folder, full, full, 'tick 3')).toBe('stored');
    expect(existsSync(join(folder, 'suspect.json'))).toBe(false);
    expect(await storeConfiguration(folder, empty, full, 'tick 4')).toBe('doubted');
  });

  it('does not wonder about single jobs that have ended', async () => {
    const folder = temporaryFolder();
    await storeConfiguration(folder, single, null, 'tick 1');
    expect(await storeConfiguration(folder, empty, single, 'tick 2')).toBe('stored');
  });
});
