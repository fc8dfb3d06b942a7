import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULT_POINTS } from '../../src/core/faults.ts';
import type { Instance, ScriptText } from '../../src/core/model/configuration.ts';
import type { DumpResult } from '../../src/core/model/results.ts';
import { endLeftoverDump } from '../../src/worker/dump/take-dump.ts';
import { openOrCreateRepository } from '../../src/worker/repository/chunk-repository.ts';
import { exportDump } from '../../src/worker/repository/export-dump.ts';
import type { RunContext } from '../../src/worker/run/run-context.ts';
import { instanceOf } from '../support/catalog-rows.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import type { DumpOrder } from '../support/dump-process.ts';
import { processesOf, until } from '../support/dump-runs.ts';
import { createTestWorker, type TestWorker } from '../support/restore-runs.ts';
import { scriptText, shellScript } from '../support/scripts.ts';

const POINTS = Object.keys(FAULT_POINTS).filter((point) => point.startsWith('script-dump.'));
const PROCESS = new URL('../support/dump-process.ts', import.meta.url).pathname;

let cluster: TestCluster;
let worker: TestWorker;
let instance: Instance;

beforeAll(async () => {
  cluster = await startTestCluster();
  worker = await createTestWorker();
  instance = instanceOf(cluster, 1);
  await cluster.psql('postgres', 'create database "a=b"');
  await cluster.psql('a=b', 'create table t as select generate_series(1, 1000) as i');
});
afterAll(async () => {
  await Promise.all([cluster?.remove(), worker?.remove()]);
});

const dump = (script: ScriptText | null, change: Partial<RunContext> = {}, dbname: string | null = null) => {
  const scripts = { sha256: script === null ? [] : [script.sha256], directory: null };
  const job = { dump_type: 'script' as const, script_id: 1, script };
  return worker.dump(instance, dbname, job, { scripts, ...change });
};

/** Nothing of a run is left in staging. */
async function expectCleared(): Promise<void> {
  const staged = await readdir(join(worker.directory, 'staging'), { recursive: true });
  expect(staged.filter((path) => path.includes('/'))).toEqual([]);
}

const HOSTILE = `cd "$PGSNAPMAN_OUTPUT"
mkdir -p 'sub dir/deep' && printf 'in a folder' >'sub dir/deep/-rf'
printf '1' >"it's"; printf '2' >"$(printf 'new\\nline')"; printf '3' >"$(printf '\\377bytes')"; : >empty
printf '4' >file-000001; printf '5' >"$(printf '\\033[31mred')"; printf 'info\\tall \\033[1mwritten\\n' >"$PGSNAPMAN_MESSAGES"`;

describe('a dump made by a script', () => {
  let result: DumpResult;
  const messages: string[] = [];

  it('holds the files that it wrote, whatever they are called', async () => {
    const onMessage: RunContext['onMessage'] = async ({ level, text, script }) => {
      messages.push(`${script} ${level} ${text}`);
    };
    result = await dump(shellScript('nightly', HOSTILE), { onMessage });
    expect(result).toMatchObject({ outcome: 'ok', message: null, dump_type: 'script', tool_version: 'script nightly' });
    expect(messages).toEqual(['nightly info all [1mwritten']);
    const files = await worker.repository.files(result.uuid);
    expect(files.map(({ path }) => path)).toEqual([
      ...[1, 2, 3, 4, 5, 6, 7].map((number) => `file-00000${number}`),
      'restore-names.sh',
    ]);
    expect(result.content?.files).toContainEqual({ name: 'sub dir/deep/-rf', bytes: 11 });
    await expectCleared();
  });

  it('is exported under the names that they had', async () => {
    const out = join(worker.directory, 'out');
    await exportDump(worker.repository, result.uuid, out);
    expect(contents(out)).toEqual(EXPECTED);
    await expect(exportDump(worker.repository, result.uuid, out)).rejects.toThrow('exists already');
  });

  it('is read back, and recovered with a shell', async () => {
    expect((await worker.repository.check({ readData: true })).problems).toEqual([]);
    const repository = join(worker.directory, 'repository');
    const [folder = ''] = (await readdir(join(repository, 'dumps'))).filter((name) =>
      name.endsWith(result.uuid.slice(-8)),
    );
    const recovered = join(worker.directory, 'recovered');
    await execa('sh', [join(repository, 'recover.sh'), folder, recovered]);
    const out = join(worker.directory, 'by name');
    await execa('sh', ['restore-names.sh', out], { cwd: recovered });
    expect(contents(out)).toEqual(EXPECTED);
  });

  it('is copied to another repository', async () => {
    const other = await openOrCreateRepository(join(worker.directory, 'other'));
    try {
      expect(await worker.repository.copyTo(other)).toMatchObject({ failed: [] });
      expect(await other.scriptFacts(result.uuid)).toEqual(await worker.repository.scriptFacts(result.uuid));
    } finally {
      await other.close();
    }
  });

  it('is not restored by a restore job, which says so in one sentence', async () => {
    const refused = await worker.restore(result.uuid, instance, 'copy');
    expect(refused.outcome).toBe('failed');
    expect(refused.message).toMatch(
      /^the dump was made by a script, which alone knows how to restore it; export its files with /,
    );
  });

  it('can be of the database that it is told of, without any secret', async () => {
    const script = shellScript(
      'copy',
      'psql -qAtc "copy (select i from t order by i) to stdout" >"$PGSNAPMAN_OUTPUT/t.tsv"',
    );
    const found = await dump(script, {}, 'a=b');
    expect(found).toMatchObject({ outcome: 'ok', dbname: 'a=b' });
    expect(found.content?.files).toEqual([{ name: 't.tsv', bytes: 3893 }]);
    expect(found.database_bytes).toBeGreaterThan(1_000_000);
  });

  it('has the warnings of its script', async () => {
    const script = shellScript('w', `echo x >"$PGSNAPMAN_OUTPUT/x"; printf 'warning\\tlow\\n' >"$PGSNAPMAN_MESSAGES"`);
    expect(await dump(script)).toMatchObject({ outcome: 'ok_with_warnings', warnings: ['low'] });
  });
});

describe('no dump is made', () => {
  const some = 'echo x >"$PGSNAPMAN_OUTPUT/x"';
  it.each<[string, ScriptText | null, Partial<RunContext>, RegExp]>([
    [
      'by a script that is not allowed',
      shellScript('x', some),
      { scripts: { sha256: [], directory: null } },
      /is not allowed/,
    ],
    ['by a script that is not known', null, {}, /^the script of the job is not known to this worker; /],
    ['by SQL', scriptText('x', 'select 1'), {}, /^script "x" has no first line/],
    ['by a script that fails', shellScript('x', `${some}; exit 3`), {}, /^script "x" ended with exit code 3; /],
    ['of nothing', shellScript('x', 'true'), {}, /^script "x" has written no file; /],
    [
      'of a symbolic link',
      shellScript('x', 'ln -s /nowhere "$PGSNAPMAN_OUTPUT/$(printf "a\\033")"'),
      {},
      /"a\\u001b", which is a symbolic link/,
    ],
    ['of a pipe', shellScript('x', 'mkfifo "$PGSNAPMAN_OUTPUT/x"'), {}, /neither a file nor a folder/],
  ])('%s', async (_, script, change, message) => {
    const { outcome, message: reason } = await dump(script, change);
    expect([outcome, reason]).toEqual(['failed', expect.stringMatching(message)]);
    await expectCleared();
  });

  it('of what lies behind a link in the place of the folder, where nothing is touched', async () => {
    const victim = join(worker.directory, 'victim');
    await mkdir(join(victim, 'sub'), { recursive: true });
    await Promise.all([chmod(victim, 0o755), chmod(join(victim, 'sub'), 0o755)]);
    writeFileSync(join(victim, 'file'), 'precious');
    const swap = (name: string) => `rm -rf "${name}"; ln -s '${victim}' "${name}"`;
    for (const name of ['$PGSNAPMAN_OUTPUT', '$TMPDIR', '$PGSNAPMAN_OUTPUT/../output', '$PGSNAPMAN_OUTPUT/sub']) {
      expect(await dump(shellScript('x', `cd /; ${swap(name)}`))).toMatchObject({ outcome: 'failed' });
      expect(readFileSync(join(victim, 'file'), 'utf8')).toBe('precious');
      const modes = [victim, join(victim, 'sub')].map((path) => statSync(path).mode & 0o777);
      expect([name, ...modes]).toEqual([name, 0o755, 0o755]);
    }
    await expectCleared();
  });

  it('by a script that stands still, which says what it waited for', async () => {
    const holder = await cluster.connect('a=b');
    try {
      await holder.script('begin; lock table t in access exclusive mode');
      const limits = { stallTimeoutMs: 1_500, lockWaitTimeoutMs: 1_000 };
      const found = await dump(shellScript('x', 'exec psql -c "select count(*) from t"'), { limits }, 'a=b');
      expect(found).toMatchObject({ outcome: 'stalled' });
      expect(found.message).toMatch(/^no progress for 1.5 seconds: the script waited .*public\.t/);
    } finally {
      await holder.close();
    }
  });

  it('by a script that is cancelled', async () => {
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 500);
    expect(await dump(shellScript('x', 'sleep 60'), { signal: cancel.signal })).toMatchObject({ outcome: 'cancelled' });
    await expectCleared();
  });
});

describe('a worker that is killed', () => {
  const script = shellScript('x', 'echo x >"$PGSNAPMAN_OUTPUT/x"; [ ! -e "$HOME/wait" ] || exec sleep 60');

  async function start(fault: string | null, home: string) {
    const uuid = randomUUID();
    const stagingDirectory = join(worker.directory, 'process', uuid);
    await mkdir(stagingDirectory, { recursive: true });
    const repository = join(worker.directory, 'repository');
    const order: DumpOrder = { uuid, repository, stagingDirectory, instance, dbname: null, script };
    const env = { HOME: home, ...(fault === null ? {} : { PGSNAPMAN_TEST: '1', PGSNAPMAN_FAULT: fault }) };
    const child = execa(process.execPath, [PROCESS], { input: JSON.stringify(order), env, reject: false });
    return { uuid, child };
  }

  it(`at ${POINTS.join(', ')} leaves no dump, and the next one is good`, async () => {
    await Promise.all(
      POINTS.map(async (point) => {
        const { uuid, child } = await start(`${point}:kill`, worker.directory);
        expect([point, (await child).signal]).toEqual([point, 'SIGKILL']);
        expect(await worker.repository.manifest(uuid)).toBeNull();
      }),
    );
    expect(await dump(script)).toMatchObject({ outcome: 'ok' });
    await worker.repository.prune();
    expect(await readdir(join(worker.directory, 'repository', 'tmp'))).toEqual([]);
    expect((await worker.repository.check({ readData: true })).problems).toEqual([]);
  });

  it('while the script runs leaves processes, which are found and ended', async () => {
    const home = join(worker.directory, 'home');
    await mkdir(home);
    writeFileSync(join(home, 'wait'), '');
    const { uuid, child } = await start(null, home);
    await until(async () => (await processesOf(uuid)).length > 0, 'the script runs');
    child.kill('SIGKILL');
    await child;
    expect((await processesOf(uuid)).length).toBeGreaterThan(0);
    await endLeftoverDump(instance, uuid, { env: {}, account: 'x', serviceFiles: [] });
    await until(async () => (await processesOf(uuid)).length === 0, 'its processes have ended');
    await rm(home, { recursive: true });
  });
});

it('folders that nobody may enter are taken in, and are no trouble afterwards', async () => {
  const script = shellScript(
    'x',
    'mkdir "$PGSNAPMAN_OUTPUT/d" d; echo x >"$PGSNAPMAN_OUTPUT/d/x"; chmod 0 "$PGSNAPMAN_OUTPUT/d" d .',
  );
  expect(await dump(script)).toMatchObject({ outcome: 'ok' });
  await expectCleared();
});

const EXPECTED: Record<string, string> = {
  'sub dir/deep/-rf': 'in a folder',
  "it's": '1',
  'new\nline': '2',
  '\xffbytes': '3',
  empty: '',
  'file-000001': '4',
  '\u001b[31mred': '5',
};

/** All files of a folder; names as latin1, so that any bytes can be compared. */
function contents(folder: string, prefix = Buffer.alloc(0)): Record<string, string> {
  const found: Record<string, string> = {};
  const here = Buffer.concat([Buffer.from(`${folder}/`), prefix]);
  for (const entry of readdirSync(here, { encoding: 'buffer', withFileTypes: true })) {
    const name = Buffer.concat([prefix, entry.name]);
    if (entry.isDirectory()) Object.assign(found, contents(folder, Buffer.concat([name, Buffer.from('/')])));
    else found[name.toString('latin1')] = readFileSync(Buffer.concat([here, entry.name]), 'latin1');
  }
  return found;
}
