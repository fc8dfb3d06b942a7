import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Instance } from '../../src/core/model/configuration.ts';
import type { DumpResult } from '../../src/core/model/results.ts';
import { instanceOf } from '../support/catalog-rows.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import { createTestWorker, type TestWorker } from '../support/restore-runs.ts';

let source: TestCluster;
let target: TestCluster;
let worker: TestWorker;
let to: Instance;
let dump: DumpResult;

const CONTENT = `
  create extension citext;
  create schema "S ""x"".y
z";
  set search_path = "S ""x"".y
z", public;
  create type mood as enum ('good', 'bad');
  create domain positive as int constraint above check (value > 0);
  create type pair as (a int, b text);
  create collation german (provider = icu, locale = 'de');
  create sequence free;
  create table a (id serial primary key, b int not null, "c d" int unique, m mood, constraint c check (b > 0));
  create table "a b" (id int primary key references a, c int constraint c check (c > 0));
  create table "a b c" (id int primary key);
  alter table a add constraint "b c" check (b > 1) not valid, add constraint late check (b > 2) not valid;
  alter table "a b" add constraint c2 foreign key (c) references "a b c";
  alter table a add constraint "b c2" foreign key (b) references "a b c";
  create index by_b on a (b);
  create index "by ""c"".d
e" on a (b, "c d");
  create statistics more on b, "c d" from a;
  create view "v w" as select b from a;
  create view of_view as select * from "v w";
  create materialized view mv as select count(*) from a;
  create index on_mv on mv (count);
  create function f() returns int language sql as 'select 1';
  create function f(int) returns int language sql as 'select 1';
  create function f(mood, numeric(5, 2), variadic text[]) returns int language sql as 'select 1';
  create function "odd (name"(pair, "a b c", timestamp with time zone[]) returns int language sql as 'select 1';
  create procedure p(inout int, b text default 'x') language sql as 'select 1';
  create aggregate every_row(*) (sfunc = int8inc, stype = bigint, initcond = '0');
  create aggregate total(int) (sfunc = int4pl, stype = int);
  create operator === (leftarg = int, rightarg = int, function = int4eq, commutator = ===);
  create operator === (leftarg = text, rightarg = text, function = texteq);
  create function tf() returns trigger language plpgsql as 'begin return new; end';
  create trigger "t 1" before insert on a for each row execute function tf();
  create trigger "t 1" before insert on "a b" for each row execute function tf();
  create constraint trigger later after insert on a deferrable for each row execute function tf();
  create trigger instead instead of insert on "v w" for each row execute function tf();
  create rule quiet as on delete to a do instead nothing;
  alter table "a b" enable row level security;
  create policy mine on "a b" using (id > 0);
  create table parts (id int, at date, primary key (id, at)) partition by range (at);
  create table parts_1 partition of parts for values from ('2026-01-01') to ('2027-01-01');
  create index by_at on parts (at);
  create trigger on_parts after insert on parts for each row execute function tf();
  alter table parts_1 disable trigger on_parts;
  alter table parts add constraint to_a foreign key (id) references a;
  create text search configuration words (copy = english);
  create foreign data wrapper nothing;
  create server elsewhere foreign data wrapper nothing;
  create foreign table far (id int) server elsewhere;
  create function on_ddl() returns event_trigger language plpgsql as 'begin end';
  create event trigger watch on ddl_command_end execute function on_ddl();
  create event trigger watch_2 on sql_drop execute function on_ddl();
  create view "${'ü'.repeat(31)}v" as select 1;
  insert into "a b c" values (5);
  insert into a (b) values (5);`;

beforeAll(async () => {
  [source, target] = await Promise.all([startTestCluster(), startTestCluster()]);
  worker = await createTestWorker();
  to = instanceOf(target, 2, { name: 'to' });
  await source.psql('postgres', 'create database shop');
  await source.psql('shop', CONTENT);
  dump = await worker.dump(instanceOf(source, 1, { name: 'from' }), 'shop');
  expect(dump).toMatchObject({ outcome: 'ok', message: null });
});

afterAll(async () => {
  await Promise.all([source?.remove(), target?.remove(), worker?.remove()]);
});

/** Tools whose pg_restore loses objects without a word: what a restore is like whose errors nobody could read. */
async function losing(sql: string) {
  const { tools } = await worker.context();
  const [tool] = tools;
  const path = join(worker.directory, 'pg_restore');
  const script = `#!/bin/sh
    '${tool?.pgRestore}' "$@" || exit
    for argument; do case "$argument" in --dbname=*) database="$argument" ;; esac; done
    case " $* " in *" --section=post-data "*) '${tool?.psql}' -qX -v ON_ERROR_STOP=1 "$database" <<'END'
set client_min_messages = error;
${sql}
END
    esac`;
  await writeFile(path, script, { mode: 0o755 });
  return { tools: tools.map((one) => ({ ...one, pgRestore: path })) };
}

const IN_SCHEMA = '"S "x".y\nz"';
const QUOTED_SCHEMA = '"S ""x"".y\nz"';

test('nothing is missing after a faithful restore', async () => {
  const result = await worker.restore(dump.uuid, to, 'faithful', { parallel: 2 });
  expect(result).toMatchObject({
    outcome: 'ok_with_warnings',
    warnings: [expect.stringMatching(/^event triggers are restored/), expect.stringMatching(/^foreign servers are/)],
  });
});

const DROPPED = `
  set search_path = "S ""x"".y
z", public;
  drop event trigger if exists watch_2;
  drop index if exists by_b, "by ""c"".d
e", on_mv;
  drop statistics if exists more;
  drop view if exists of_view, "${'ü'.repeat(31)}v";
  drop function if exists f(int), "odd (name"(pair, "a b c", timestamptz[]);
  drop procedure if exists p(int, text);
  drop aggregate if exists every_row(*);
  drop operator if exists === (text, text);
  drop trigger if exists "t 1" on "a b";
  drop trigger if exists later on a;
  drop trigger if exists instead on "v w";
  drop rule if exists quiet on a;
  drop policy if exists mine on "a b";
  alter table "a b" disable row level security;
  alter table "a b" drop constraint if exists c2;
  alter table a drop constraint if exists late, drop constraint if exists "a_c d_key", alter id drop default;
  alter table parts drop constraint if exists to_a;
  drop domain if exists positive;
  drop foreign table if exists far;
  drop server if exists elsewhere;
  drop collation if exists german;
  drop sequence if exists free;
  drop extension if exists citext;
  drop text search configuration if exists words;`;

const MISSING = [
  ['aggregate', 'every_row(*)'],
  ['check constraint', 'a late'],
  ['collation', 'german'],
  ['constraint', 'a a_c d_key'],
  ['default', 'a id'],
  ['domain', 'positive'],
  ['fk constraint', 'a b c2'],
  ['fk constraint', 'parts to_a'],
  ['foreign table', 'far'],
  ['function', 'f(integer)'],
  ['index', 'by "c".d\ne'],
  ['index', 'by_b'],
  ['index', 'on_mv'],
  ['operator', '==='],
  ['policy', 'a b mine'],
  ['procedure', 'p(integer, text)'],
  ['row security', 'a b'],
  ['rule', 'a quiet'],
  ['sequence', 'free'],
  ['statistics', 'more'],
  ['text search configuration', 'words'],
  ['trigger', 'a b t 1'],
  ['trigger', 'a later'],
  ['trigger', 'v w instead'],
  ['view', 'of_view'],
  ['view', `${'ü'.repeat(31)}v`],
  ['function', `odd (name(${QUOTED_SCHEMA}.pair, ${QUOTED_SCHEMA}."a b c", timestamp with time zone[])`],
];

test('what a restore has lost without a word fails it, and is named', async () => {
  const result = await worker.restore(dump.uuid, to, 'lossy', { parallel: 2 }, await losing(DROPPED));
  expect(result).toMatchObject({
    outcome: 'failed',
    message: expect.stringMatching(/^the restored database is not what the dump says: .* is missing.* and \d+ more/s),
  });
  expect(await target.psql('postgres', `select count(*) from pg_database where datname ~ 'lossy'`)).toBe('0');
});

test('a job that accepts losses is told each of them once, by its name', async () => {
  const result = await worker.restore(dump.uuid, to, 'lossy', { accept_losses: true }, await losing(DROPPED));
  expect(result.outcome).toBe('ok_with_warnings');
  const lost = result.warnings.filter((line) => line.startsWith('lost: '));
  const expected = [
    ...MISSING.map(([kind, tag]) => `lost: ${kind} ${IN_SCHEMA}."${tag}" is missing`),
    'lost: event trigger "watch_2" is missing',
    'lost: extension "citext" is missing',
    'lost: server "elsewhere" is missing',
  ];
  expect(lost.toSorted()).toEqual(expected.toSorted());
});

test('an object whose error was read is one loss, not two', async () => {
  await source.psql('postgres', 'create database hopeless');
  await source.psql(
    'hopeless',
    `create table t (a int);
    insert into t values (1);
    create table factor as select 2 as n;
    create function scaled(int) returns int immutable language plpgsql as 'begin return $1 * (select n from factor); end';
    create index by_scale on t (scaled(a));
    alter database hopeless set search_path = 'nowhere'`,
  );
  const hopeless = await worker.dump(instanceOf(source, 1, { name: 'from' }), 'hopeless');
  const result = await worker.restore(hopeless.uuid, to, 'hopeless', { accept_losses: true });
  expect(result).toMatchObject({
    outcome: 'ok_with_warnings',
    warnings: ['lost: index "public"."by_scale": relation "factor" does not exist'],
  });
});

test.each(['LATIN1', 'SQL_ASCII', 'EUC_JP'])(
  'in a database in %s objects with ASCII names are looked for',
  async (encoding) => {
    const name = `in ${encoding}`;
    await source.psql('postgres', `create database "${name}" encoding '${encoding}' locale 'C' template template0`);
    const word = encoding === 'EUC_JP' ? '日本' : 'Größe';
    await source.psql(
      name,
      `set client_encoding = 'UTF8';
    create table t (a int); create index plain on t (a); create index "${word}" on t (a);
    create view "${word} 2" as select 1; create function f("${word}" t) returns int language sql as 'select 1'`,
    );
    const encoded = await worker.dump(instanceOf(source, 1, { name: 'from' }), name);
    const context = await losing(`set client_encoding = 'UTF8'; drop index if exists public.plain, public."${word}"`);
    expect(await worker.restore(encoded.uuid, to, name)).toMatchObject({ outcome: 'ok', warnings: [] });
    const result = await worker.restore(encoded.uuid, to, `lossy ${name}`, { accept_losses: true }, context);
    expect(result.warnings).toEqual(['lost: index "public"."plain" is missing']);
  },
);
