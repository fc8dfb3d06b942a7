import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dumpResultOf, restoreResultOf } from '../../../../src/core/queue/unfinished-results.ts';
import { BrokenFileError } from '../../../../src/worker/files/json-file.ts';
import { createReporter } from '../../../../src/worker/log/reporter.ts';
import { openSpool } from '../../../../src/worker/spool/spool.ts';
import { sampleDumpEntry, sampleRestoreEntry } from '../../../support/sample-jobs.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const ending = {
  outcome: 'failed',
  message: 'it was so',
  warnings: ['a', 'b'],
  startedAt: new Date('2026-01-01T00:00:00.123Z'),
  endedAt: new Date('2026-01-01T00:01:00Z'),
  worker: { id: 1, name: 'w1' },
  version: '1.2.3',
} as const;
const dump = dumpResultOf(sampleDumpEntry(), { ...ending, warnings: [...ending.warnings] });
const restore = restoreResultOf(sampleRestoreEntry(), { ...ending, warnings: [...ending.warnings] });

describe('the spool', () => {
  it('gives back what was put in, dumps before restores before messages', async () => {
    const folder = temporaryFolder();
    const spool = openSpool(folder);
    const reporter = createReporter({
      spool,
      logFolder: folder,
      workerName: 'w1',
      workerId: 1,
      now: () => new Date(0),
    });
    await reporter.report('warning', 'look here', { job_class: 'dump', job_id: 7 });
    await spool.put({ kind: 'restore', value: restore });
    await spool.put({ kind: 'dump', value: dump });
    const names = await spool.names();
    expect(names.map((name) => name.split('-')[0])).toEqual(['dump', 'restore', 'message']);
    expect(await spool.read(names[0] ?? '')).toEqual({ kind: 'dump', value: dump });
    expect(await spool.read(names[1] ?? '')).toEqual({ kind: 'restore', value: restore });
    expect(await spool.read(names[2] ?? '')).toEqual({ kind: 'message', value: reporter.messages[0] });
    expect(await spool.has('dump', dump.uuid)).toBe(true);
    for (const name of names) await spool.remove(name);
    expect(await spool.names()).toEqual([]);
    expect(await spool.has('dump', dump.uuid)).toBe(false);
    expect(await spool.read(names[0] ?? '')).toBeUndefined();
  });

  it('sets a file aside that cannot be read', async () => {
    const folder = temporaryFolder();
    const spool = openSpool(folder);
    const name = `dump-${dump.uuid}.json`;
    writeFileSync(join(folder, name), '{"uuid": "no"}');
    await expect(spool.read(name)).rejects.toBeInstanceOf(BrokenFileError);
    expect(await spool.names()).toEqual([]);
    expect(readdirSync(join(folder, 'broken'))).toEqual([name]);
  });

  it('takes no notice of files that are just being written', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, `.tmp-dump-${dump.uuid}.json-0011`), '');
    expect(await openSpool(folder).names()).toEqual([]);
  });
});
