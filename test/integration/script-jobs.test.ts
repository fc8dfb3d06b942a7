import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULT_POINTS } from '../../src/core/faults.ts';
import { quoteLiteral } from '../../src/core/postgres/identifiers.ts';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { startTestCatalog } from '../support/clusters.ts';
import { until } from '../support/dump-runs.ts';
import { addInstance, createWorkerHome } from '../support/worker-home.ts';

type Catalog = Awaited<ReturnType<typeof startTestCatalog>>;

let catalog: Catalog;
let home: CliHome;
let scripts: string;

beforeAll(async () => {
  catalog = await startTestCatalog();
  await catalog.psql('postgres', 'create database shop');
  await catalog.psql('shop', 'create table t as select generate_series(1, 10) as i');
  home = await createWorkerHome({ catalogUrl: catalog.catalogUrl });
  scripts = join(home.directory, 'scripts');
  await mkdir(scripts, { mode: 0o700 });
  await home.configure({
    moreConfiguration: `[scripts]\ndirectory = ${JSON.stringify(scripts)}\ntime_limit = "1 minute"`,
  });
  await addInstance(home, catalog, 'db1');
  const path = join(home.directory, 'notes');
  await addScript('before', `echo "$PGSNAPMAN_JOB before $PGSNAPMAN_DATABASE" >>'${path}'`);
  await addScript('fails', `echo "$PGSNAPMAN_JOB fails" >>'${path}'; exit 4`);
  await addScript(
    'after',
    `echo "$PGSNAPMAN_JOB $PGSNAPMAN_PURPOSE $PGSNAPMAN_OUTCOME $PGSNAPMAN_WARNINGS $PGSNAPMAN_DUMP" >>'${path}'
    [ -z "$PGSNAPMAN_DUMP" ] || [ -f "$PGSNAPMAN_REPOSITORY/dumps/$PGSNAPMAN_DUMP/manifest.json" ] || exit 9
    printf 'info\\tsaid \\033[31mhello\\n' >"$PGSNAPMAN_MESSAGES"`,
  );
  await sql(`insert into pgsnapman.script (name, code) values ('other', '#!/bin/true')`);
});
afterAll(async () => {
  await home?.remove();
  await catalog?.remove();
});

/** Puts a script into the catalog and into the folder that the worker's configuration names. */
async function addScript(name: string, lines: string): Promise<void> {
  const code = `#!/bin/sh\n${lines}\n`;
  writeFileSync(join(scripts, name), code, { mode: 0o600 });
  await sql(`insert into pgsnapman.script (name, code) values ('${name}', ${quoteLiteral(code)})`);
}

/** Lines that scripts have written since this was asked last. */
function notes(): string[] {
  const path = join(home.directory, 'notes');
  try {
    return readFileSync(path, 'utf8').replace(/\n$/, '').split('\n');
  } catch {
    return [];
  } finally {
    rmSync(path, { force: true });
  }
}

const sql = (text: string) => catalog.psql('catalog', text);
const tick = (fault?: string) =>
  home.run(['worker', 'run'], { env: fault === undefined ? {} : { PGSNAPMAN_TEST: '1', PGSNAPMAN_FAULT: fault } });

/** A single job, as soon as possible, with scripts before and after it. */
async function addJob(before: string | null, after: string | null): Promise<number> {
  const id = (name: string | null) => `(select id from pgsnapman.script where name = '${name}')`;
  return Number(
    await sql(`insert into pgsnapman.dump_job (instance_id, dbname, job_type, before_hook_id, after_hook_id)
      values (1, 'shop', 'single', ${id(before)}, ${id(after)}) returning id`),
  );
}
const dumpsOf = (job: number) =>
  sql(
    `select string_agg(concat_ws(' ', outcome, warnings::text), ', ' order by id) from pgsnapman.dump where dump_job_id = ${job}`,
  );

/** A repeat job that was due a minute ago, once. */
async function addDueJob(): Promise<number> {
  return Number(
    await sql(`with minute as (select now() at time zone 'UTC' - interval '1 minute' as at)
      insert into pgsnapman.dump_job (instance_id, dbname, schedule, timezone, created_at, activated_at, on_demand)
      select 1, 'shop', to_char(at, 'FMMI FMHH24 FMDD FMMM *'), 'UTC', now() - interval '1 hour', now() - interval '1 hour', true
      from minute returning id`),
  );
}

describe('scripts before and after a dump', () => {
  it('run around it, are told of it, and decide: all of this in one tick', async () => {
    const [good, notBefore, notAfter, notAllowed] = [
      await addJob('before', 'after'),
      await addJob('fails', 'after'),
      await addJob(null, 'fails'),
      await addJob('other', null),
    ];
    await tick();
    const folders = await readdir(join(home.root, 'repository', 'dumps'));
    const folder = folders.find((name) => name.includes(`-${good}-`));
    expect(notes().sort()).toEqual([
      `${good} after-dump ok 0 ${folder}`,
      `${good} before shop`,
      `${notBefore} after-dump failed 0 `,
      `${notBefore} fails`,
      `${notAfter} fails`,
    ]);
    expect(await dumpsOf(good)).toBe('ok {}');
    const message = `select level, tool, text from pgsnapman.message where job_id = ${good}`;
    expect(await sql(message)).toBe('info|script after|said [31mhello');
    expect(
      await sql(`select log_tail ~ 'script "after" \\(after-dump\\)' from pgsnapman.dump where dump_job_id = ${good}`),
    ).toBe('t');
    const why = (job: number) =>
      sql(`select outcome, error_code, message from pgsnapman.dump where dump_job_id = ${job}`);
    const none = 'the script before the dump did not end well, so none was taken: script';
    expect(await why(notBefore)).toBe(`failed|run_failed|${none} "fails" ended with exit code 4`);
    expect(await why(notAllowed)).toMatch(/^failed\|configuration\|.* script "other" \(SHA-256 .*\) is not allowed/);
    expect(await dumpsOf(notAfter)).toMatch(
      /^ok_with_warnings .*the script after the dump did not end well.* exit code 4/,
    );
  });

  it('have no points at which nobody has killed their worker', () => {
    const points = Object.keys(FAULT_POINTS).filter((point) => point.startsWith('hook.'));
    expect(points).toEqual(['hook.before-ended', 'hook.begun', 'hook.run', 'hook.ended']);
  });

  it('of a worker that is killed: the one before runs again with the dump, the one after does not when it had ended', async () => {
    const job = await addJob('before', 'after');
    await tick('hook.before-ended:kill');
    await tick('hook.ended:kill');
    await tick();
    expect(notes().map((line) => line.split(' ')[1])).toEqual(['before', 'before', 'after-dump']);
    expect(await dumpsOf(job)).toBe('ok {}');
    for (const folder of ['staging', 'queue', 'spool']) expect(await readdir(join(home.root, folder))).toEqual([]);
  });

  it('of a worker that is killed while the one after runs: that runs again, but not for ever', async () => {
    const job = await addJob(null, 'after');
    await tick('hook.begun:kill');
    await tick('hook.run:kill');
    await tick();
    expect(notes()).toHaveLength(1);
    expect(await dumpsOf(job)).toMatch(/^ok_with_warnings .*was not run again: its process died twice/);
  });
});

it('a script runs after a restore, also one that fails', async () => {
  await sql(`insert into pgsnapman.restore_job (dump_id, dest_instance_id, dest_dbname, after_hook_id)
    select min(d.id), 1, target, (select id from pgsnapman.script where name = 'after')
    from pgsnapman.dump as d, unnest('{copy,shop}'::text[]) as target where d.outcome = 'ok' group by target`);
  await tick();
  expect(
    notes()
      .map((line) => line.replace(/^\d+ /, ''))
      .sort(),
  ).toEqual([
    expect.stringMatching(/^after-restore failed 0 \d{8}T/),
    expect.stringMatching(/^after-restore ok 0 \d{8}T/),
  ]);
  expect(await sql(`select string_agg(outcome, ' ' order by outcome) from pgsnapman.restore_run`)).toBe('failed ok');
});

it('a script dump is added, taken, listed, shown, verified and exported by commands', async () => {
  await addScript('files', `echo one >"$PGSNAPMAN_OUTPUT/a b"; pg_dump -Fc -f "$PGSNAPMAN_OUTPUT/shop.dump"`);
  const usage = await home.run(['dumpjob', 'add', '--instance', 'db1', '--type', 'script', '--db', 'shop']);
  expect([usage.exitCode, usage.stderr]).toEqual([2, expect.stringContaining('needs --script')]);
  const add = ['dumpjob', 'add', '--instance', 'db1', '--type', 'script', '--script', 'files', '--once'];
  const job = Number((await home.ok(add)).stdout);
  expect((await home.ok(['dumpjob', 'show', String(job), '--json'])).json()).toMatchObject({ script: 'files' });
  await tick();
  const id = await sql(`select id from pgsnapman.dump where dump_job_id = ${job}`);
  expect((await home.ok(['dump', 'show', id, '--json'])).json()).toMatchObject({ outcome: 'ok', dump_type: 'script' });
  expect((await home.ok(['dump', 'list'])).stdout).toMatch(/\tscript\t/);
  await home.ok(['dump', 'verify', id]);
  const out = join(home.directory, 'exported');
  // There is no restore.sh in it, so none is promised.
  expect((await home.ok(['dump', 'export', id, out])).stdout).toMatch(/ is in \S+\n$/);
  expect((await readdir(out)).sort()).toEqual(['a b', 'shop.dump']);
  expect(readFileSync(join(out, 'a b'), 'utf8')).toBe('one\n');
  await home.ok(['restorejob', 'add', '--dump', id, '--to', 'db1', '--db', 'x']);
  const restore = await sql('select max(id) from pgsnapman.restore_job');
  const plan = await home.run(['restorejob', 'plan', restore]);
  await home.ok(['restorejob', 'delete', restore, '--yes']);
  expect([plan.exitCode, plan.stderr]).toEqual([20, expect.stringContaining('which alone knows how to restore it')]);
});

describe('a job on demand', () => {
  it('whose database wants no dump is skipped, which is no failure and nothing that is missing', async () => {
    await catalog.psql(
      'shop',
      `create schema pgsnapman; create table pgsnapman.metainfo (key text, val text); insert into pgsnapman.metainfo values ('TAKE_BACKUP', 'NO')`,
    );
    const job = await addDueJob();
    expect((await tick()).exitCode).toBe(0);
    expect(await dumpsOf(job)).toBe('');
    expect(await sql(`select skipped_at > now() - interval '1 minute' from pgsnapman.dump_job where id = ${job}`)).toBe(
      't',
    );
    expect(await sql(`select level, text from pgsnapman.message where job_id = ${job} and text ~ 'skipped'`)).toBe(
      `info|dump job ${job} (shop on db1) was skipped: the database wants no dump (TAKE_BACKUP is NO)`,
    );
    const { fetchScheduledJobs } = await import('../../src/sql/catalog/overview.ts');
    const c = await catalog.connect('catalog');
    const [late] = (await fetchScheduledJobs(c)).filter(({ id, kind }) => id === job && kind === 'dump');
    expect(late?.last_good_at).toBeInstanceOf(Date);
  });

  it('whose database wants one is taken, and the wish is fulfilled', async () => {
    await catalog.psql('shop', `update pgsnapman.metainfo set val = 'YES'`);
    const job = await addDueJob();
    await tick();
    expect(await dumpsOf(job)).toBe('ok {}');
    expect(await catalog.psql('shop', 'select val from pgsnapman.metainfo')).toBe('NO');
  });
});

it('whether a worker runs a script is said here, and by another worker that is asked', async () => {
  const here = await home.run(['script', 'allowed', 'files']);
  expect([here.exitCode, here.stdout]).toEqual([
    0,
    expect.stringMatching(/^script "files" \(SHA-256 .*\) is allowed: by \/bin\/sh\n$/),
  ]);
  const manager = await createCliHome({ catalogUrl: catalog.catalogUrl });
  try {
    const waiting = `select count(*) from pgsnapman.request where state = 'waiting'`;
    const ask = async (name: string) => {
      const asked = await manager.start(['script', 'allowed', name, '--worker', 'w1', '--json']);
      await until(async () => (await sql(waiting)) !== '0', 'the worker is asked');
      await tick();
      const { exitCode, stdout } = await asked.finished;
      return [exitCode, JSON.parse(stdout)];
    };
    expect(await ask('other')).toEqual([1, expect.objectContaining({ allowed: false, interpreter: '/bin/true' })]);
  } finally {
    await manager.remove();
  }
});
