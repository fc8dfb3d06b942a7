import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScriptText } from '../../../../src/core/model/configuration.ts';
import type { ScriptRules } from '../../../../src/worker/scripts/refuse-script.ts';
import { runScript } from '../../../../src/worker/scripts/run-script.ts';
import { until } from '../../../support/dump-runs.ts';
import { scriptText, shellScript } from '../../../support/scripts.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

interface Run {
  rules?: Partial<ScriptRules>;
  signal?: AbortSignal;
}

async function run(script: ScriptText, { rules = {}, signal = new AbortController().signal }: Run = {}) {
  const folder = temporaryFolder();
  const log: string[] = [];
  const applicationName = `pgsnapman ${randomUUID()}`;
  const end = await runScript({
    script,
    rules: { sha256: [script.sha256], directory: null, ...rules },
    folder: join(folder, 'run'),
    environment: { PATH: '/usr/bin:/bin', HERE: folder, PGAPPNAME: applicationName },
    applicationName,
    writesOutput: true,
    graceMs: 500,
    signal,
    log: (line) => log.push(line),
  });
  return { ...end, log, folder };
}

/** Numbers of processes that a script has noted in a file; those that are still there. */
function alive(folder: string, file: string): number[] {
  const pids = readFileSync(join(folder, file), 'utf8').trim().split('\n').map(Number);
  return pids.filter((pid) => existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')));
}

describe('a script', () => {
  it('runs in an empty folder of its own, with nothing in its environment but what it is given', async () => {
    process.env.PGPASSWORD = 'from the worker';
    try {
      const { failure, output, log } = await run(
        shellScript('ok', 'ls -A; env | sort; pwd; echo x >"$PGSNAPMAN_OUTPUT/x"'),
      );
      expect(failure).toBeNull();
      expect(readdirSync(output)).toEqual(['x']);
      expect(log.filter((line) => /^[A-Z_]+=/.test(line)).map((line) => line.split('=')[0])).toEqual([
        'HERE',
        'PATH',
        'PGAPPNAME',
        'PGSNAPMAN_MESSAGES',
        'PGSNAPMAN_OUTPUT',
        'PWD',
        'TMPDIR',
      ]);
      expect(log[0]).toMatch(/^HERE=/);
      expect(log.at(-1)).toMatch(/\/run\/work$/);
    } finally {
      delete process.env.PGPASSWORD;
    }
  });

  it('is executed as its first line says, without a shell', async () => {
    const { log } = await run(scriptText('echo', '#!/bin/echo $(id) ; *\nthe text\n'));
    expect(log).toHaveLength(1);
    expect(log[0]).toMatch(/^\$\(id\) ; \* \/.*\/script$/);
  });

  it.each<[string, ScriptText, Partial<ScriptRules>, RegExp]>([
    ['nobody has allowed', shellScript('x', 'true'), { sha256: [] }, /^script "x" \(SHA-256 .*\) is not allowed/],
    [
      'whose text is another',
      { ...shellScript('x', 'true'), code: '#!/bin/sh\nid' },
      {},
      /is not what its SHA-256 says/,
    ],
    ['without a first line', scriptText('x', 'echo no'), {}, /^script "x" has no first line that says what runs it/],
  ])('%s is refused before anything is written', async (_, script, rules, message) => {
    await expect(run(script, { rules })).rejects.toThrow(message);
  });

  it.each<[string, ScriptText, RegExp]>([
    ['ends with 3', shellScript('x', 'exit 3'), /^ended with exit code 3$/],
    ['kills itself', shellScript('x', 'kill -9 $$'), /^was ended by SIGKILL$/],
    [
      'needs what is not there',
      scriptText('x', '#!/no/such\u001b program\n'),
      /could not be started: #!\/no\/such program names a program/,
    ],
  ])('that %s has failed', async (_, script, failure) => {
    expect((await run(script)).failure).toMatch(failure);
  });

  it('that writes without end on one line, and many lines, fills neither memory nor log', async () => {
    const { log, failure } = await run(
      shellScript('x', "head -c 30000000 /dev/zero | tr '\\0' 'y'; echo; seq 1 20000; printf '\\033[2Jend' >&2"),
    );
    expect(failure).toBeNull();
    expect(log.length).toBeLessThan(10_005);
    expect(Math.max(...log.map((line) => line.length))).toBeLessThan(2_010);
    expect(log).toContain('[2Jend');
    expect(log.some((line) => line.includes('was left out'))).toBe(true);
  });

  it('can make its file of messages something else, which is not followed', async () => {
    const { messages } = await run(
      shellScript(
        'x',
        'echo secret >"$HERE/secret"; rm "$PGSNAPMAN_MESSAGES"; ln -s "$HERE/secret" "$PGSNAPMAN_MESSAGES"',
      ),
    );
    expect(messages).toEqual([]);
    expect((await run(shellScript('x', 'rm "$PGSNAPMAN_MESSAGES"; mkfifo "$PGSNAPMAN_MESSAGES"'))).messages).toEqual(
      [],
    );
    const good = shellScript('x', 'printf \'warning\\tdisk \\033[31mlow\\n\' >>"$PGSNAPMAN_MESSAGES"; exit 1');
    expect((await run(good)).messages).toEqual([{ level: 'warning', text: 'disk [31mlow' }]);
  });
});

describe('nothing is left of a script', () => {
  const children = `
    sh -c 'trap "" TERM; echo $$ >>"$HERE/pids"; while :; do sleep 1; done' &
    sh -c 'trap "" TERM; echo $$ >>"$HERE/pids"; sh -c "trap \\"\\" TERM; echo \\$\\$ >>$HERE/pids; while :; do sleep 1; done"' &
    setsid sh -c 'echo $$ >>"$HERE/pids"; exec sleep 300' &
    until [ "$(wc -l <"$HERE/pids")" = 4 ]; do sleep 0.05; done 2>/dev/null
  `;

  it('that ends by itself, though it has left processes behind', async () => {
    const { failure, folder } = await run(shellScript('x', children));
    expect(failure).toBeNull();
    await until(() => alive(folder, 'pids').length === 0, 'all of them have ended');
  });

  it('that is over its time limit, with grandchildren that ignore SIGTERM', async () => {
    const { failure, folder } = await run(shellScript('x', `trap '' TERM; ${children}\nwhile :; do sleep 1; done`), {
      rules: { time_limit_ms: 1_500 },
    });
    expect(failure).toBe('was ended after its time limit of 1.5s');
    await until(() => alive(folder, 'pids').length === 0, 'all of them have ended');
  }, 20_000);

  it('that is cancelled', async () => {
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 700);
    const { failure } = await run(shellScript('x', 'exec sleep 60'), { signal: cancel.signal });
    expect(failure).toBe('was ended by SIGTERM');
  });

  it('whose child has left group and environment and holds its output open: nobody waits for that', async () => {
    const { failure, folder } = await run(
      shellScript(
        'x',
        `env -i setsid sh -c 'echo $$ >"$0"; exec sleep 60' "$HERE/away" & until [ -s "$HERE/away" ]; do sleep 0.05; done`,
      ),
    );
    expect(failure).toBeNull();
    for (const pid of alive(folder, 'away')) process.kill(pid, 'SIGKILL');
  }, 20_000);
});
