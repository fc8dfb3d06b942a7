import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { startTestCatalog, startTestCluster, type TestCluster } from '../support/clusters.ts';
import { addDumpJob, addInstance, createWorkerHome } from '../support/worker-home.ts';

type Catalog = Awaited<ReturnType<typeof startTestCatalog>>;

let catalog: Catalog;
let source: TestCluster;
let first: CliHome;
let second: CliHome;

const sql = (text: string): Promise<string> => catalog.psql('catalog', text);

async function dumpOf(home: CliHome, job: number): Promise<string> {
  const { uuid } = (await home.ok(['dumpjob', 'run', String(job), '--json'])).json();
  return uuid;
}

/** Everything that must come back, without numbers of dumps and times of rows. */
const picture = (): Promise<string> =>
  sql(`
    select 'worker', to_jsonb(w) - '{last_seen_at,created_at,root_id,machine_id,tools,version}'::text[] from pgsnapman.worker as w
    union all select 'instance', to_jsonb(i) - '{created_at}'::text[] from pgsnapman.instance as i
    union all select 'script', to_jsonb(s) - '{created_at}'::text[] from pgsnapman.script as s
    union all select 'dump_job', to_jsonb(j) - '{created_at,activated_at,claimed_by,claimed_at,run_uuid,finished_at,cleaned_at}'::text[] from pgsnapman.dump_job as j
    union all select 'restore_job', to_jsonb(r) - '{created_at,activated_at,dump_id}'::text[] || jsonb_build_object('dump', (select uuid from pgsnapman.dump where id = r.dump_id)) from pgsnapman.restore_job as r
    union all select 'trigger', to_jsonb(t) from pgsnapman.dump_job_trigger as t
    union all select 'dump', to_jsonb(d) - '{id,created_at,log_tail,keep_noted}'::text[] from pgsnapman.dump as d
    union all select 'content', c.content from pgsnapman.dump_content as c
    union all select 'setting', to_jsonb(s) - 'comment' from pgsnapman.setting as s
    order by 1, 2`);

beforeAll(async () => {
  [catalog, source] = await Promise.all([startTestCatalog(), startTestCluster()]);
  await source.psql('postgres', `create database "O'Hara ""x"" = ä"; create database shop`);
  await source.psql('shop', 'create table item as select n from generate_series(1, 100) as n');
  first = await createWorkerHome({ catalogUrl: catalog.catalogUrl });
  second = await createCliHome({ catalogUrl: catalog.catalogUrl, worker: 'w2' });
  await second.ok(['worker', 'register', 'w2']);
  await second.ok(['worker', 'init']);
  await addInstance(first, source, 'source');
  await sql(`insert into pgsnapman.script (name, code) values ('mask', 'update t set name = ''x''')`);
  await sql(`update pgsnapman.worker set restore_worker_id = 2 where id = 1`);
  await sql(`update pgsnapman.setting set value = '36 hours' where key = 'catch_up'`);
});
afterAll(async () => {
  await first?.remove();
  await second?.remove();
  await Promise.all([catalog?.remove(), source?.remove()]);
});

describe('a catalog that is lost', () => {
  let before: string;

  beforeAll(async () => {
    const shop = await addDumpJob(
      first,
      'source',
      'shop',
      '--schedule',
      '0 3 1 1 *',
      '--keep',
      '3,2,1,0',
      '--comment',
      'the = "shop"',
    );
    const other = await addDumpJob(second, 'source', `O'Hara "x" = ä`, '--schedule', '0 4 1 1 *', '--worker', 'w2');
    const kept = await dumpOf(first, shop);
    await dumpOf(first, shop);
    await dumpOf(second, other);
    await first.ok(['dump', 'keep', kept, 'yes']);
    await first.ok(['dump', 'verify', kept, '--level', '3']);
    await first.ok(['restorejob', 'add', '--dump', kept, '--to', 'source', '--db', 'copy', '--once', '--at', '100d']);
    const trigger = (
      await first.ok(['restorejob', 'add', '--on-trigger', '--to', 'source', '--db', 'triggered', '--json'])
    ).json();
    await sql(`insert into pgsnapman.dump_job_trigger values (${shop}, ${trigger.id}, 3)`);
    // The first tick cleans, and exports into the repository.
    for (const home of [first, second]) await home.ok(['worker', 'run']);
    before = await picture();
  });

  async function lose(): Promise<void> {
    await sql('drop schema pgsnapman cascade');
    await first.ok(['catalog', 'init']);
  }

  test('comes back from its two workers, one after the other, and says what cannot be known', async () => {
    expect(await readFile(join(first.root, 'repository/catalog/configuration.toml'), 'utf8')).toContain(
      'name = "mask"',
    );
    await lose();
    const report = (await first.ok(['catalog', 'rebuild', '--json'])).json();
    expect(report).toMatchObject({ dumps_added: 2, dumps_present: 0 });
    expect(report.unknown.join()).toContain('dumps that failed');
    await second.ok(['catalog', 'rebuild']);
    expect((await picture()).split('\n')).toEqual(before.split('\n'));
  });

  test('rebuilding again changes nothing', async () => {
    const again = (await first.ok(['catalog', 'rebuild', '--json'])).json();
    expect(again).toMatchObject({ added: {}, dumps_added: 0, dumps_present: 2, left_out: [] });
    expect((await picture()).split('\n')).toEqual(before.split('\n'));
  });

  test('comes back into one that somebody has begun to fill', async () => {
    await lose();
    await sql(`insert into pgsnapman.worker (name, clean_schedule) values ('w9', '0 1 * * *')`);
    await sql(`insert into pgsnapman.instance (host, name) values ('elsewhere', 'mine')`);
    await sql(`insert into pgsnapman.dump_job (instance_id, dbname) values (1, 'shop')`);
    for (const home of [first, second]) await home.ok(['catalog', 'rebuild']);
    expect(await sql('select name from pgsnapman.worker order by name')).toBe('w1\nw2\nw9');
    expect(
      await sql(
        `select j.id, j.dbname, i.name from pgsnapman.dump_job as j join pgsnapman.instance as i on i.id = j.instance_id order by 1`,
      ),
    ).toBe(`1|shop|mine\n2|O'Hara "x" = ä|source`);
    const dumps = await sql('select dbname, dump_job_id, keep, verified_level from pgsnapman.dump order by started_at');
    expect(dumps).toBe(`shop||yes|3\nshop||auto|3\nO'Hara "x" = ä|2|auto|3`);
    expect((await first.ok(['catalog', 'rebuild', '--json'])).json().left_out.join()).toContain(
      'dump_job 1: another has this number',
    );
  });

  test('comes back from manifests and cache alone', async () => {
    for (const home of [first, second]) await rm(join(home.root, 'repository/catalog'), { recursive: true });
    await lose();
    for (const home of [first, second]) await home.ok(['catalog', 'rebuild']);
    const without = (text: string) => text.split('\n').filter((line) => !/^(script|worker)/.test(line));
    expect(without(await picture())).toEqual(without(before));
    for (const home of [first, second]) await home.ok(['worker', 'run']);
  });
});

describe('the configuration as a file', () => {
  test('goes out and in again without a difference', async () => {
    for (const name of ['c.toml', 'c.json']) {
      const path = join(first.directory, name);
      await first.ok(['catalog', 'export', path]);
      expect((await first.ok(['catalog', 'import', path, '--yes', '--json'])).json()).toEqual({ changes: [] });
    }
  });

  test('shows what it would change, changes all of it or nothing, and asks', async () => {
    const path = join(first.directory, 'c.toml');
    const text = await readFile(path, 'utf8');
    const id = Number(await sql(`select id from pgsnapman.dump_job where dbname = 'shop'`));
    await writeFile(
      path,
      text.replace(/comment = "the = \\"shop\\""\n/, '').replace('keep_daily = 3', 'keep_daily = 5'),
    );
    expect((await first.run(['catalog', 'import', path])).exitCode).toBe(2);
    const { stdout } = await first.ok(['catalog', 'import', path, '--yes']);
    expect(stdout).toContain(`~ dump_job ${id}  keep_daily: 3 → 5`);
    expect(stdout).toContain(`~ dump_job ${id}  comment: "the = \\"shop\\"" → (nothing)`);
    expect(await sql(`select keep_daily, comment is null from pgsnapman.dump_job where id = ${id}`)).toBe('5|t');
    await writeFile(path, text.replace('name = "w2"', 'name = "w3"').replace('keep_daily = 3', 'keep_daily = -1'));
    const refused = await first.run(['catalog', 'import', path, '--yes']);
    expect(refused.exitCode).not.toBe(0);
    expect(await sql(`select count(*) from pgsnapman.worker where name = 'w3'`)).toBe('0');
    await writeFile(path, 'no = [toml');
    expect((await first.run(['catalog', 'import', path, '--yes'])).exitCode).toBe(2);
    await writeFile(path, text.replace(/catalog_id = ".*"/, 'catalog_id = "other"'));
    expect((await first.run(['catalog', 'import', path, '--yes'])).stderr).toContain('of another catalog');
  });
});
