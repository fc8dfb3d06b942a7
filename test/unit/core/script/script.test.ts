import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesScript, originalName, scriptFile } from '../../../../src/core/script/output-files.ts';
import { outcomeEnvironment, scriptEnvironment } from '../../../../src/core/script/script-environment.ts';
import { scriptMessages } from '../../../../src/core/script/script-messages.ts';
import { refuseFirstLine } from '../../../../src/core/script/shebang.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

describe('the first line of a script', () => {
  it.each([
    ['#!/bin/sh\n', null],
    ['#! /usr/bin/env -S perl -w\n', null],
    ['select 1;\n', 'has no first line'],
    ['', 'has no first line'],
    ['\n#!/bin/sh\n', 'has no first line'],
    ['\ufeff#!/bin/sh\n', 'has no first line'],
    ['#!\n/bin/sh', 'has no first line'],
    ['#!/bin/sh\r\necho\r\n', 'line ends of Windows'],
    ['#!sh\n', 'without an absolute path'],
    [`#!/${'x'.repeat(300)}\n`, 'more than 255 bytes'],
  ])('%j: %j', (code, reason) => {
    const found = refuseFirstLine(code);
    if (reason === null) expect(found).toBeNull();
    else expect(found).toContain(reason);
  });
});

describe('messages of a script', () => {
  it('have a level, and are for information without one', () => {
    expect(scriptMessages('warning\tlow\tspace\nERROR\tbad\njust text\nloud\ttext\n\n \t \n')).toEqual([
      { level: 'warning', text: 'low space' },
      { level: 'error', text: 'bad' },
      { level: 'info', text: 'just text' },
      { level: 'info', text: 'loud text' },
    ]);
  });

  it('cannot move a cursor, colour a terminal or turn a line around', () => {
    const [message] = scriptMessages('info\t\u001b[31mred\u001b[0m\u0007 \u202eback\u0000\n');
    expect(message).toEqual({ level: 'info', text: '[31mred[0m back' });
  });

  it('are limited in number and length, and the last one says so', () => {
    const many = scriptMessages(`info\t${'x'.repeat(5_000)}\n`.repeat(130));
    expect(many).toHaveLength(101);
    expect(many[0]?.text).toHaveLength(1_001);
    expect(many.at(-1)).toEqual({ level: 'warning', text: '30 further messages were left out' });
    expect(scriptMessages('a', true).at(-1)?.text).toBe('further messages were left out');
  });
});

describe('the environment of a script', () => {
  const connection = {
    ...{ host: '/run', port: 5433, user: 'u', dbname: 'a=b', sslmode: 'prefer' as const },
    ...{ password: 'secret', passfile: '/home/w/.pgpass', connectTimeoutMs: 20_000 },
  };
  const subject = {
    script: { name: 'nightly' },
    ...{ purpose: 'dump' as const, uuid: 'u-1', jobId: 7, workerName: 'w1', instance: { name: 'db1' }, dbname: null },
    ...{ triggerKind: 'schedule', applicationName: 'pgsnapman u-1', connection },
  };

  it('is all that it gets: no secret, and of the worker the path and the account only', () => {
    const own = {
      PATH: '/bin',
      HOME: '/home/w',
      PGPASSWORD: 'other',
      AWS_SECRET: 'x',
      PGSNAPMAN_TEST: '1',
      LD_PRELOAD: 'x',
    };
    const found = scriptEnvironment(subject, own);
    expect(JSON.stringify(found)).not.toMatch(/secret|other|AWS|PGSNAPMAN_TEST|LD_PRELOAD/);
    expect(found).toMatchObject({ PATH: '/bin', HOME: '/home/w', PGDATABASE: 'a=b', PGPASSFILE: '/home/w/.pgpass' });
    expect(found).toMatchObject({ PGSNAPMAN_DATABASE: '', PGSNAPMAN_JOB: '7', PGSNAPMAN_PURPOSE: 'dump' });
  });

  it('says how the run ended, without control characters', () => {
    const end = { outcome: 'failed', message: 'a\u001b[2Jb\nc', warnings: ['x'], dumpFolder: null, dumpUuid: null };
    expect(outcomeEnvironment({ ...end, repository: '/r' })).toEqual({
      ...{ PGSNAPMAN_OUTCOME: 'failed', PGSNAPMAN_MESSAGE: 'a[2Jb c', PGSNAPMAN_WARNINGS: '1' },
      ...{ PGSNAPMAN_DUMP: '', PGSNAPMAN_DUMP_UUID: '', PGSNAPMAN_REPOSITORY: '/r' },
    });
  });
});

describe('names of files that a script wrote', () => {
  const names = ["it's", '-rf', 'a b\nc', '$(touch x)', 'sub/ü/`x`', 'file-000001', '~', '*', '\u001b[31m'].map(
    (name) => Buffer.from(name),
  );
  const hostile = [...names, Buffer.from([0x61, 0xff, 0xfe])];

  it('are numbers in the dump, and come back byte by byte', () => {
    for (const [index, name] of hostile.entries()) {
      const file = scriptFile(index + 1, name);
      expect(file.path).toMatch(/^file-0000\d\d$/);
      expect(originalName(JSON.parse(JSON.stringify(file)))).toEqual(name);
    }
  });

  it.each(['..', 'a/../b', '/etc/passwd', '', 'a//b', 'a/', './a'])('%j is refused, as it leads elsewhere', (name) => {
    expect(() => originalName({ path: 'file-000001', name })).toThrow('leads elsewhere');
  });

  it('are given back by a shell script that executes nothing of them', () => {
    const folder = temporaryFolder();
    const files = hostile.map((name, index) => scriptFile(index + 1, name));
    mkdirSync(folder, { recursive: true });
    for (const { path } of files) writeFileSync(join(folder, path), path);
    writeFileSync(join(folder, 'restore-names.sh'), namesScript(files));
    execFileSync('/bin/sh', ['restore-names.sh', 'out'], { cwd: folder });
    for (const [index, name] of hostile.entries()) {
      const path = Buffer.concat([Buffer.from(join(folder, 'out/')), name]);
      expect(readFileSync(path, 'utf8')).toBe(files[index]?.path);
    }
  });
});
