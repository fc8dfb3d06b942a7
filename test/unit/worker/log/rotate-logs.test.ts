import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readRunLog } from '../../../../src/worker/log/read-run-log.ts';
import { rotateLogs } from '../../../../src/worker/log/rotate-logs.ts';
import { appendWorkerLog } from '../../../../src/worker/log/worker-log.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const DAY = 24 * 60 * 60_000;
const UUID = '018f0000-0000-7000-8000-0123456789ab';

function folderWithLogs(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'runs'));
  return folder;
}

function write(path: string, text: string, daysAgo: number): void {
  writeFileSync(path, text);
  const time = new Date(Date.now() - daysAgo * DAY);
  utimesSync(path, time, time);
}

describe('rotateLogs', () => {
  it('compresses what is older than a day, removes what is too old, and leaves the rest', async () => {
    const folder = folderWithLogs();
    write(join(folder, 'worker.jsonl'), 'small', 5);
    write(join(folder, 'worker-20260101T000000Z-1.jsonl'), 'old', 2);
    write(join(folder, 'runs', 'a-dump-1-89abcdef.log'), 'young', 0.5);
    write(join(folder, 'runs', 'b-dump-1-89abcdef.log'), 'one\ntwo\n', 2);
    write(join(folder, 'runs', 'c-dump-1-89abcdef.log.gz'), 'ancient', 91);
    write(join(folder, 'runs', 'not ours'), 'x', 100);
    await rotateLogs(folder, 90);
    await rotateLogs(folder, 90);
    expect(readdirSync(folder).sort()).toEqual(['runs', 'worker-20260101T000000Z-1.jsonl.gz', 'worker.jsonl']);
    expect(readdirSync(join(folder, 'runs')).sort()).toEqual([
      'a-dump-1-89abcdef.log',
      'b-dump-1-89abcdef.log.gz',
      'not ours',
    ]);
    expect(gunzipSync(readFileSync(join(folder, 'runs', 'b-dump-1-89abcdef.log.gz'))).toString()).toBe('one\ntwo\n');
  });

  it('begins a new log of the worker when the last one is long', async () => {
    const folder = folderWithLogs();
    writeFileSync(join(folder, 'worker.jsonl'), 'x'.repeat(2 * 1024 * 1024));
    await rotateLogs(folder, 90);
    expect(existsSync(join(folder, 'worker.jsonl'))).toBe(false);
    appendWorkerLog(folder, new Date(), { text: 'hello' });
    expect(JSON.parse(readFileSync(join(folder, 'worker.jsonl'), 'utf8'))).toMatchObject({ text: 'hello' });
  });
});

describe('readRunLog', () => {
  it('gives lines from a line on, of all tries, compressed or not', async () => {
    const folder = folderWithLogs();
    write(join(folder, 'runs', '20260101T000000Z-dump-1-456789ab.log'), '1\n2\n', 2);
    await rotateLogs(folder, 90);
    write(join(folder, 'runs', '20260102T000000Z-dump-1-456789ab.log'), '3\n', 0);
    expect(await readRunLog(folder, UUID, 2, 1)).toEqual({ lines: ['2'], next_line: 3, line_count: 3 });
    expect(await readRunLog(folder, UUID, 3, 10)).toEqual({ lines: ['3'], next_line: 4, line_count: 3 });
    expect(await readRunLog(folder, UUID, 9, 10)).toEqual({ lines: [], next_line: 9, line_count: 3 });
    await expect(readRunLog(folder, '018f0000-0000-7000-8000-ffffffffffff', 1, 1)).rejects.toThrow(/no log of run/);
  });
});
