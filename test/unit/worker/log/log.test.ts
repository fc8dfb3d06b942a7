import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openNotices } from '../../../../src/worker/log/notices.ts';
import { openRunLog } from '../../../../src/worker/log/run-log.ts';
import { appendWorkerLog } from '../../../../src/worker/log/worker-log.ts';
import { sampleDumpEntry } from '../../../support/sample-jobs.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const now = (): Date => new Date('2026-01-02T03:04:05.678Z');

describe('the log of a run', () => {
  it('keeps every line in a file of its own and the last 200 for the result', () => {
    const folder = temporaryFolder();
    const log = openRunLog(folder, sampleDumpEntry(), now);
    for (let i = 1; i <= 250; i++) log.line(`line ${i}`);
    const [name = ''] = readdirSync(join(folder, 'runs'));
    expect(name).toBe('20260102T030405Z-dump-1-00000001.log');
    expect(readFileSync(join(folder, 'runs', name), 'utf8').split('\n')).toHaveLength(251);
    expect(statSync(join(folder, 'runs', name)).mode & 0o777).toBe(0o600);
    expect(log.tail().split('\n')).toHaveLength(200);
    expect(log.tail().startsWith('line 51\n')).toBe(true);
  });

  it('cuts lines without end and leaves out what the catalog cannot hold', () => {
    const log = openRunLog(temporaryFolder(), sampleDumpEntry(), now);
    log.line('a\u0000b');
    log.line('x'.repeat(100_000));
    expect(log.tail().length).toBeLessThan(3000);
    expect(log.tail()).toContain('ab\n');
  });

  it('never stops a run, also when it cannot be written', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'runs'), 'a file where the folder should be');
    const log = openRunLog(folder, sampleDumpEntry(), now);
    log.line('still there');
    expect(log.tail()).toBe('still there');
  });
});

describe('the log of the worker', () => {
  it('is one JSON object a line', () => {
    const folder = temporaryFolder();
    appendWorkerLog(folder, now(), { level: 'info', text: 'two\nlines' });
    appendWorkerLog(folder, now(), { level: 'info', text: 'b' });
    const lines = readFileSync(join(folder, 'worker.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).text)).toEqual(['two\nlines', 'b']);
    rmSync(join(folder, 'worker.jsonl'));
    mkdirSync(join(folder, 'worker.jsonl'));
    appendWorkerLog(folder, now(), { text: 'cannot be written' });
  });
});

describe('notices', () => {
  it('are new once, until they are over', async () => {
    const notices = openNotices(temporaryFolder());
    expect(await notices.end('catalog-away')).toBe(false);
    expect(await notices.begin('catalog-away')).toBe(true);
    expect(await notices.begin('catalog-away')).toBe(false);
    expect(await notices.list()).toEqual(['catalog-away']);
    expect(await notices.end('catalog-away')).toBe(true);
    expect(await notices.begin('catalog-away')).toBe(true);
  });
});
