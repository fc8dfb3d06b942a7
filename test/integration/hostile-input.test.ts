import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/program.ts';
import { PgSnapManError } from '../../src/core/errors.ts';
import { requestKindSchema } from '../../src/core/model/request.ts';
import { type Connection, sqlStateOf } from '../../src/sql/connection.ts';
import { startTestCatalog } from '../support/clusters.ts';
import { recordingSurroundings } from '../support/surroundings.ts';
import { createTickWorker, instanceSql, type TickWorker } from '../support/tick-worker.ts';

/**
 * Text with the syntax of a shell, of SQL, of psql, of libpq and of an option, wherever somebody can give text: on the
 * command line and by plain inserts. It fails validation or is taken for a name; a file and a table that it is after show
 * that nothing ran it.
 */
let catalog: Awaited<ReturnType<typeof startTestCatalog>>;
let c: Connection;
let worker: TickWorker;
let folder = '';
let canary = '';
let hostile: string[] = [];

beforeAll(async () => {
  catalog = await startTestCatalog();
  folder = await mkdtemp(join(tmpdir(), 'pgsnapman-hostile-'));
  canary = join(folder, 'canary');
  c = await catalog.connect('catalog');
  await c.script('create table public.canary (i integer)');
  await catalog.psql('postgres', 'create database shop; create table canary (i integer)');
  await catalog.psql('shop', 'create table canary (i integer)');
  await c.script(`insert into pgsnapman.worker (name) values ('w1'); ${instanceSql(catalog, 'here', 1)}`);
  worker = await createTickWorker(catalog.catalogUrl);
  const drop = 'drop table if exists public.canary';
  hostile = [
    `x; touch ${canary} | touch ${canary} & $(touch ${canary}) #`,
    `'; ${drop}; -- "; ${drop}; -- $$; ${drop}; $$`,
    `--file=${canary}`,
    `x\n\\! touch ${canary}\n\u001b]0;x\u0007%s`,
    `dbname=postgres options='-c search_path=x' host=../../tmp`,
  ];
});
afterAll(async () => {
  await worker?.remove();
  await catalog?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** @throws unless it ended well or was refused with a sentence */
async function command(argv: readonly string[]): Promise<number> {
  const env = {
    PGSNAPMAN_CATALOG_URL: catalog.catalogUrl,
    PGSNAPMAN_ROOT: worker.configuration.worker.root,
    PATH: `${folder}:${process.env.PATH}`,
    HOME: folder,
  };
  try {
    return await runCli([...argv], recordingSurroundings({ env }));
  } catch (error) {
    if (error instanceof PgSnapManError && error.code !== 'internal') return error.exitCode;
    throw new Error(`${JSON.stringify(argv)}: ${error}`, { cause: error });
  }
}

async function nothingRan(): Promise<void> {
  expect(existsSync(canary)).toBe(false);
  for (const database of ['catalog', 'postgres', 'shop']) {
    expect(await catalog.psql(database, `select to_regclass('public.canary')`)).toBe('canary');
  }
}

const INSTANCE = ['instance', 'add', 'h1', '--name', 'n1'];
const DUMP = ['dumpjob', 'add', '--instance', 'here', '--db', 'shop'];
const RESTORE = ['restorejob', 'add', '--on-trigger', '--to', 'here', '--db', 'x'];

describe('hostile text on the command line', () => {
  it.each<[string, (text: string) => string[]]>([
    ['host', (text) => ['instance', 'add', text]],
    ['port', (text) => ['instance', 'add', `h:${text}`]],
    ...['name', 'user', 'maintenance-db', 'service', 'sslmode', 'environment', 'window'].flatMap(
      (option): [string, (text: string) => string[]][] => [
        [`instance ${option}`, (text) => [...INSTANCE, `--${option}=${text}`]],
      ],
    ),
    ...['instance', 'db', 'type', 'schema', 'table', 'schedule', 'timezone', 'option', 'trigger', 'at', 'worker'].map(
      (option): [string, (text: string) => string[]] => [
        `dump job ${option}`,
        (text) => [...DUMP, '--once', `--${option}=${text}`],
      ],
    ),
    ...['to', 'db', 'schema', 'table', 'map-role', 'map-tablespace', 'schema-as', 'option', 'before-sql'].map(
      (option): [string, (text: string) => string[]] => [
        `restore job ${option}`,
        (text) => [...RESTORE, `--${option}=${text}`],
      ],
    ),
    ['restore job map-role, both sides', (text) => [...RESTORE, `--map-role=${text}=${text}`]],
    ['dump', (text) => ['dump', 'show', '--', text]],
    ['filter', (text) => ['dump', 'list', `--db=${text}`]],
    ['database', (text) => ['database', 'list', `--instance=${text}`]],
    ['worker', (text) => ['worker', 'register', '--', text]],
    [
      'edited instance',
      (text) => ['instance', 'edit', 'here', `--name=${text}`, `--user=${text}`, `--service=${text}`],
    ],
    ['worker of a root directory', (text) => ['worker', 'init', `--name=${text}`]],
    ['worker to edit', (text) => ['worker', 'edit', '--comment=x', '--', text]],
    ['script', (text) => ['script', 'add', '--', text, text]],
    ['log', (text) => ['dump', 'log', '--', text]],
  ])('is refused or a name: %s', async (_what, argv) => {
    for (const text of hostile.slice(0, 3)) await command(argv(text));
    // What was taken for the address of the instance is put right again for those that follow.
    const { host, port, username } = catalog.instance;
    await c.execute(
      `update pgsnapman.instance set host = $1, port = $2, username = $3, name = 'here', maintenance_db = default,
        service = null, sslmode = default, default_worker_id = 1 where id = 1`,
      [host, port, username],
    );
    await nothingRan();
  });
});

describe('hostile text by plain inserts', () => {
  /** Takes what the constraints let through. @returns how many rows that were */
  async function insert(table: string, column: string, type: string, others: Record<string, unknown>): Promise<number> {
    let taken = 0;
    for (const text of hostile) {
      const row = { ...others, [column]: type === 'text' ? text : [text] };
      const names = Object.keys(row);
      try {
        await c.execute(
          `insert into pgsnapman.${table} (${names.join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
          Object.values(row),
        );
        taken++;
      } catch (error) {
        expect(sqlStateOf(error), `${table}.${column}: ${error}`).toMatch(/^(2[23]|P0001)/);
      }
    }
    return taken;
  }

  it('is refused by a constraint, or does nothing but fail when a tick comes to it', async () => {
    const job = { instance_id: 1, job_type: 'single', status: 'active' };
    const dump = { ...job, dbname: 'shop' };
    const restore = { dest_instance_id: 1, job_type: 'single', latest_of_dump_job_id: 1, status: 'active' };
    const instance = { default_worker_id: 1 };
    await c.execute(`insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'shop', 'single')`);
    const taken = {
      host: await insert('instance', 'host', 'text', { ...instance, auto_add: 'active' }),
      username: await insert('instance', 'username', 'text', { ...instance, ...catalog.instance, host: '127.0.0.1' }),
      service: await insert('instance', 'service', 'text', { ...instance, host: 'localhost' }),
      dbname: await insert('dump_job', 'dbname', 'text', job),
      schemas: await insert('dump_job', 'schemas', 'array', dump),
      tables: await insert('dump_job', 'tables', 'array', dump),
      options: await insert('dump_job', 'options', 'array', dump),
      timezone: await insert('dump_job', 'timezone', 'text', { ...dump, job_type: 'repeat' }),
      schedule: await insert('dump_job', 'schedule', 'text', { ...dump, job_type: 'repeat' }),
      dest_dbname: await insert('restore_job', 'dest_dbname', 'text', restore),
      restored_schemas: await insert('restore_job', 'schemas', 'array', { ...restore, dest_dbname: 'y' }),
      restore_options: await insert('restore_job', 'options', 'array', { ...restore, dest_dbname: 'z' }),
      zone: await insert('worker', 'timezone', 'text', { name: 'w2' }),
    };
    expect(taken).toMatchObject({ options: 0, restore_options: 0, schedule: 0 });
    expect(taken.dbname).toBeGreaterThan(0);
    for (let ticks = 0; ticks < 3; ticks++) await worker.tick().catch(() => {});
    expect(await catalog.psql('catalog', `select count(*) from pgsnapman.dump where outcome = 'ok'`)).not.toBe('0');
    await nothingRan();
  });

  it('asked of the worker: is refused, or a name', async () => {
    for (const kind of requestKindSchema.options) {
      for (const text of hostile.slice(0, 2)) {
        const named = { instance: text, dbname: text, database: text, script: text, name: text, file: text };
        const asked = { ...named, instance_id: 1, job_id: text, dump: text, uuid: text, restore_run: text, from: text };
        await c.execute('insert into pgsnapman.request (worker_id, kind, arguments) values (1, $1, $2)', [kind, asked]);
      }
    }
    const open = `select count(*) from pgsnapman.request where state in ('waiting', 'running')`;
    // More than a worker answers at a time, so that the catalog has connections left.
    for (let ticks = 0; ticks < 9 && (await catalog.psql('catalog', open)) !== '0'; ticks++) await worker.tick();
    expect(await catalog.psql('catalog', open)).toBe('0');
    const bugs = `select string_agg(kind || ': ' || answer::text, E'\\n') from pgsnapman.request where answer ->> 'code' = 'internal'`;
    expect(await catalog.psql('catalog', bugs)).toBe('');
    await nothingRan();
  });
});
