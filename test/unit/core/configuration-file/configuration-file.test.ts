import { describe, expect, it } from 'vitest';
import { cachedAsFile, mergeFiles } from '../../../../src/core/configuration-file/cached-configuration.ts';
import { diffConfiguration, diffLines } from '../../../../src/core/configuration-file/configuration-diff.ts';
import {
  type ConfigurationFile,
  configurationText,
  parseConfigurationFile,
} from '../../../../src/core/configuration-file/configuration-file.ts';
import { sampleConfiguration, sampleDumpJob } from '../../../support/sample-jobs.ts';

const none = { setting: [], worker: [], instance: [], script: [], dump_job: [], restore_job: [], dump_job_trigger: [] };
const file = (tables: Partial<ConfigurationFile['tables']>): ConfigurationFile => ({
  format: 1,
  catalog_id: 'c',
  exported_at: '2026-11-23T09:00:00.000Z',
  tables: { ...none, ...tables },
});
const always = () => true;

describe('a configuration file', () => {
  const some = file({
    worker: [{ id: 1, name: 'w = "1"\n' }],
    dump_job: [{ id: 7, instance: 'ä', schemas: ['a', 'b'], on_demand: false, keep_daily: 3 }],
    restore_job: [{ id: 1, tablespace_map: { 'a.b': 'c' } }],
  });

  it('is read as it was written, as TOML and as JSON', () => {
    expect(parseConfigurationFile(configurationText(some), 'f')).toEqual(some);
    const { tables, ...head } = some;
    expect(parseConfigurationFile(JSON.stringify({ ...head, ...tables }), 'f')).toEqual(some);
  });

  it.each([
    ['no = [toml', 'f is neither TOML nor JSON at line 1'],
    ['format = 2', 'no configuration of a catalog'],
    [configurationText(file({ worker: [{ id: 1 }] })), 'worker number 1 has no name'],
    [configurationText(file({ dump_job: [{ id: 1 }, { id: 1 }] })), 'dump_job 1 is there twice'],
    [`${configurationText(some)}\n[[typo]]\nx = 1`, 'unknown part typo'],
  ])('is refused with what is wrong: %s', (text, reason) => {
    expect(() => parseConfigurationFile(text, 'f')).toThrow(reason);
  });

  it('differs from another in rows and fields; what it does not have stays', () => {
    const wanted = file({
      setting: [{ key: 'catalog_id', value: 'x' }],
      worker: [{ id: 9, name: 'w = "1"\n', comment: 'new' }],
      dump_job: [
        { id: 7, instance: 'ä', schemas: ['a'], on_demand: false },
        { id: 8, instance: 'ä' },
      ],
    });
    expect(diffLines(diffConfiguration(some, wanted, (_table, field) => field !== 'keep_daily'))).toEqual([
      '~ worker w = "1"\n  comment: (nothing) → "new"',
      '~ dump_job 7  schemas: ["a","b"] → ["a"]',
      '+ dump_job 8  {"id":8,"instance":"ä"}',
    ]);
    expect(diffConfiguration(some, some, always)).toEqual([]);
    const other = file({ restore_job: [{ tablespace_map: { 'a.b': 'c' }, id: 1 }] });
    expect(diffConfiguration(some, other, always)).toEqual([]);
  });
});

describe('cache and export together', () => {
  it('give what each knows best', () => {
    const cache = file({
      worker: [{ id: 1, name: 'w1' }],
      instance: [{ name: 'i', port: 2 }],
      dump_job: [{ id: 1, instance: 'i' }],
    });
    const older = file({
      worker: [
        { id: 1, name: 'w1', restore_worker: 'w2', login_role: 'r', comment: 'old' },
        { id: 2, name: 'w2' },
      ],
      instance: [{ name: 'i', port: 1, default_worker: 'w1' }],
      dump_job: [
        { id: 1, instance: 'i', dbname: 'old' },
        { id: 2, instance: 'i', job_type: 'repeat' },
        { id: 3, instance: 'i', job_type: 'single' },
        { id: 4, instance: 'i', job_type: 'repeat', worker: 'w2' },
      ],
    });
    const merged = mergeFiles(cache, older);
    expect(merged?.tables.worker).toEqual([
      { id: 1, name: 'w1', restore_worker: 'w2', login_role: 'r' },
      { id: 2, name: 'w2' },
    ]);
    expect(merged?.tables.instance).toEqual([{ name: 'i', port: 2, default_worker: 'w1' }]);
    expect(merged?.tables.dump_job.map(({ id }) => id)).toEqual([1, 3, 4]);
    expect(mergeFiles(null, older)).toBe(older);
    expect(mergeFiles({ ...cache, catalog_id: 'new' }, older)?.tables).toEqual(cache.tables);
  });
});

it('a cached configuration has the shape of a file', () => {
  const cached = cachedAsFile(sampleConfiguration());
  expect(cached.tables.worker[0]).toMatchObject({ name: 'w1' });
  expect(parseConfigurationFile(configurationText(cached), 'f').tables).toEqual(cached.tables);
});

it('scripts that jobs use are part of what a cache knows, by name', () => {
  const before_hook = { name: 'freeze', code: '#!/bin/sh\n', sha256: 'x' };
  const job = sampleDumpJob({ before_hook_id: 7, before_hook, skipped_at: new Date() });
  const cached = cachedAsFile(sampleConfiguration({ dump_jobs: [job] }));
  expect(cached.tables.script).toEqual([{ name: 'freeze', code: '#!/bin/sh\n' }]);
  expect(cached.tables.dump_job[0]).toMatchObject({ id: 1, before_hook: 'freeze' });
  expect(cached.tables.dump_job[0]).not.toHaveProperty('skipped_at');
  expect(parseConfigurationFile(configurationText(cached), 'f').tables).toEqual(cached.tables);
});
