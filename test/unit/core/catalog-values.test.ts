import { describe, expect, it } from 'vitest';
import { dumpJobSchema, restoreJobSchema } from '../../../src/core/model/configuration.ts';
import { sampleDumpJob, sampleRestoreJob } from '../../support/sample-jobs.ts';

describe('what SQL allows in the columns of a job beyond what is meant', () => {
  it('is a name that no server has, or one of the list, in lists', () => {
    const job = { ...sampleDumpJob(), schemas: [null, 'a'], tables: [['b'], ['c']], options: [['--no-comments']] };
    expect(dumpJobSchema.parse(job)).toMatchObject({
      schemas: ['', 'a'],
      tables: ['b', 'c'],
      options: ['--no-comments'],
    });
  });

  it('is a text in maps', () => {
    const job = { ...sampleRestoreJob(), role_map: { a: 1, b: null }, tablespace_map: { c: { d: true } } };
    expect(restoreJobSchema.parse({ ...job, keep: [['publications']] })).toMatchObject({
      role_map: { a: '1', b: '' },
      tablespace_map: { c: '{"d":true}' },
      keep: ['publications'],
    });
  });

  it('is not whatever else', () => {
    expect(dumpJobSchema.safeParse({ ...sampleDumpJob(), schemas: 'a' }).success).toBe(false);
    expect(restoreJobSchema.safeParse({ ...sampleRestoreJob(), role_map: ['a'] }).success).toBe(false);
    expect(restoreJobSchema.safeParse({ ...sampleRestoreJob(), keep: ['all'] }).success).toBe(false);
  });
});
