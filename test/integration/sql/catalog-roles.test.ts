import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installRoles, usesRoles } from '../../../src/sql/catalog-roles.ts';
import { requireCatalog } from '../../../src/sql/migrate.ts';
import { startTestCatalog, startTestCluster, type TestCluster } from '../../support/clusters.ts';
import { createTickWorker, instanceSql, outcomesOf, type TickWorker } from '../../support/tick-worker.ts';

let catalog: Awaited<ReturnType<typeof startTestCatalog>>;
let server: TestCluster;
let w: TickWorker;

const sql = (text: string): Promise<string> => catalog.psql('catalog', text);
/** As the login of worker `one`, as it would be done by hand. */
const asOne = (text: string): Promise<string> => as('one_login', text);
async function as(role: string, text: string): Promise<string> {
  const connection = await catalog.connect('catalog', role);
  try {
    return String(await connection.execute(text));
  } catch (error) {
    return (error as Error).message;
  } finally {
    await connection.close();
  }
}

beforeAll(async () => {
  [catalog, server] = await Promise.all([startTestCatalog(), startTestCluster()]);
  await server.psql('postgres', 'create database shop');
  await server.psql('shop', 'create table t as select generate_series(1, 10) as id');
  const c = await catalog.connect('catalog');
  expect(await usesRoles(c)).toBe(false);
  await installRoles(c);
  await installRoles(c);
  expect(await usesRoles(c)).toBe(true);
  await sql(`create role one_login login in role pgsnapman_worker; create role two_login login in role pgsnapman_worker;
    create role boss login in role pgsnapman_manager; create role eye login in role pgsnapman_viewer; create role nobody login;
    insert into pgsnapman.worker (name, login_role, auto_add) values ('one', 'one_login', 'active'), ('two', 'two_login', 'off');
    ${instanceSql(server, 'db1', 1)}; ${instanceSql(server, 'db2', 2)};
    update pgsnapman.instance set auto_add = 'inherit' where id = 1`);
  w = await createTickWorker(catalog.url('catalog', 'one_login'), 'one');
});
afterAll(async () => {
  await w?.remove();
  await Promise.all([catalog?.remove(), server?.remove()]);
});

describe('a worker with a login of its own', () => {
  it('does all its work: discovers, dumps, restores, answers, reports', async () => {
    await sql(`insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'shop', 'single');
      insert into pgsnapman.request (worker_id, kind) values (1, 'repository_status'), (1, 'discover')`);
    expect(outcomesOf((await w.tick()).runs)).toEqual(['dump ok']);
    await sql(`insert into pgsnapman.restore_job (dump_id, dest_instance_id, dest_dbname) values (1, 1, 'copy')`);
    expect(outcomesOf((await w.tick()).runs)).toEqual(['restore ok']);
    expect(await sql("select string_agg(state, ',') from pgsnapman.request")).toBe('done,done');
    expect(await sql('select count(*) from pgsnapman.dump_content')).toBe('1');
    expect(await sql(`select count(*) from pgsnapman.dump_job where comment = 'made by discovery'`)).not.toBe('0');
    expect(await sql('select last_seen_at is not null, root_id is not null from pgsnapman.worker where id = 1')).toBe(
      't|t',
    );
    expect(await sql('select count(*) from pgsnapman.dump_job j where finished_at is not null')).toBe('1');
    expect(await w.worker.spool.names()).toEqual([]);
  });

  it('writes nothing that is another’s', async () => {
    await sql(`insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (2, 'shop', 'single');
      insert into pgsnapman.dump (uuid, worker_id, dump_type, started_at, ended_at, outcome, state)
        values (gen_random_uuid(), 2, 'full', now(), now(), 'ok', 'available');
      insert into pgsnapman.request (worker_id, kind) values (2, 'doctor');
      insert into pgsnapman.message (level, text, worker_id) values ('info', 'two', 2)`);
    const unseen = [
      `update pgsnapman.worker set last_seen_at = now() where name = 'two'`,
      `update pgsnapman.dump_job set claimed_by = 1 where instance_id = 2`,
      `update pgsnapman.dump set keep = 'no' where worker_id = 2`,
      `delete from pgsnapman.dump where worker_id = 2`,
      `update pgsnapman.request set state = 'done' where worker_id = 2`,
      `delete from pgsnapman.message where worker_id = 2`,
      `delete from pgsnapman.audit`,
    ];
    for (const statement of unseen) expect(await asOne(statement), statement).toBe('0');
    const refused = [
      `insert into pgsnapman.message (level, text, worker_id) values ('info', 'x', 2)`,
      `insert into pgsnapman.dump (uuid, worker_id, dump_type, started_at, ended_at, outcome) values (gen_random_uuid(), 2, 'full', now(), now(), 'failed')`,
      `update pgsnapman.dump set worker_id = 2 where worker_id = 1`,
      `insert into pgsnapman.dump_job (instance_id, dbname) values (2, 'x')`,
      `insert into pgsnapman.dump_job (instance_id, dbname, options) values (1, 'x', '{}')`,
      `insert into pgsnapman.restore_job (dump_id, dest_instance_id, dest_dbname) values (1, 1, 'x')`,
      `insert into pgsnapman.request (worker_id, kind) values (1, 'doctor')`,
      `update pgsnapman.worker set login_role = 'one_login' where id = 2`,
      `update pgsnapman.worker set status = 'active' where id = 1`,
      `update pgsnapman.instance set host = 'evil'`,
      `update pgsnapman.setting set value = '1'`,
      `insert into pgsnapman.script (name, code) values ('x', 'y')`,
      `alter table pgsnapman.dump disable row level security`,
    ];
    for (const statement of refused) {
      expect(await asOne(statement), statement).toMatch(/row-level security|permission denied|must be owner/);
    }
  });
});

describe('the other roles', () => {
  it('a manager changes everything but the audit, a viewer only looks, nobody else sees anything', async () => {
    expect(await as('boss', `update pgsnapman.instance set comment = 'x'`)).toBe('2');
    expect(await as('boss', `update pgsnapman.worker set comment = 'x'`)).toBe('2');
    expect(await as('boss', `insert into pgsnapman.dump_job (instance_id, dbname) values (1, 'y')`)).toBe('1');
    expect(await as('boss', 'delete from pgsnapman.audit')).toMatch(/permission denied/);
    expect(Number(await as('eye', 'select from pgsnapman.dump'))).toBeGreaterThan(1);
    expect(await as('eye', `update pgsnapman.dump set keep = 'no'`)).toMatch(/permission denied/);
    expect(await as('nobody', 'select from pgsnapman.dump')).toMatch(/permission denied/);
    expect(await as('nobody', `select pgsnapman.is_plain_text('x')`)).toMatch(/permission denied/);
    for (const role of ['boss', 'eye', 'one_login']) {
      const connection = await catalog.connect('catalog', role);
      await requireCatalog(connection);
      await connection.close();
    }
    expect(await sql(`select count(*) from pgsnapman.audit where changed_by = 'boss'`)).not.toBe('0');
  });
});
