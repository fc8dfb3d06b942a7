import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Instance, RestoreJob } from '../../src/core/model/configuration.ts';
import type { DumpResult } from '../../src/core/model/results.ts';
import { quoteIdentifier } from '../../src/core/postgres/identifiers.ts';
import { instanceOf } from '../support/catalog-rows.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import { compareDatabases } from '../support/compare-databases.ts';
import { createTestWorker, type TestWorker } from '../support/restore-runs.ts';

const FAST = 'Fast "disk"';
const SLOW = 'slow =disk';

let source: TestCluster;
let target: TestCluster;
let worker: TestWorker;
let from: Instance;
let to: Instance;
let dump: DumpResult;

/** A tablespace within the data folder, so that no folder outside has to be made for the server's account. */
const createTablespace = (cluster: TestCluster, name: string): Promise<string> =>
  cluster.psql(
    'postgres',
    `set allow_in_place_tablespaces = on; create tablespace ${quoteIdentifier(name)} location ''`,
  );

/** Where the database and its relations lie; `default` is the database's own. */
const places = async (cluster: TestCluster, dbname: string): Promise<string[]> => {
  const ofDatabase = await cluster.psql(
    dbname,
    `select 'database ' || t.spcname from pg_database d join pg_tablespace t on t.oid = d.dattablespace
      where d.datname = current_database()`,
  );
  const ofRelations = await cluster.psql(
    dbname,
    `select relname || ' ' || coalesce(spcname, 'default') from pg_class c left join pg_tablespace t on t.oid = reltablespace
      where relnamespace = 'public'::regnamespace order by relname`,
  );
  return [ofDatabase, ...ofRelations.split('\n')];
};

const restore = (destination: Instance, dbname: string, job: Partial<RestoreJob>) =>
  worker.restore(dump.uuid, destination, dbname, job);

beforeAll(async () => {
  [source, target] = await Promise.all([startTestCluster(), startTestCluster()]);
  worker = await createTestWorker();
  from = instanceOf(source, 1, { name: 'from' });
  to = instanceOf(target, 2, { name: 'to' });
  for (const name of [FAST, SLOW]) await createTablespace(source, name);
  await createTablespace(target, 'only one');
  await source.psql('postgres', `create database spaced tablespace ${quoteIdentifier(FAST)}`);
  await source.psql(
    'spaced',
    `create table near (id integer primary key);
     create table far (id integer primary key using index tablespace pg_default) tablespace ${quoteIdentifier(SLOW)};
     create index far_index on far (id) tablespace ${quoteIdentifier(SLOW)};
     create materialized view seen tablespace ${quoteIdentifier(SLOW)} as select 1 as n;
     insert into near select generate_series(1, 10); insert into far select * from near`,
  );
  dump = await worker.dump(from, 'spaced');
  expect(dump).toMatchObject({ outcome: 'ok' });
});
afterAll(async () => {
  await Promise.all([source?.remove(), target?.remove(), worker?.remove()]);
});

describe('a database in several tablespaces', () => {
  test('is the same, each thing in its place, when they are used', async () => {
    expect(await restore(from, 'copy', { tablespace_handling: 'use' })).toMatchObject({ outcome: 'ok', message: null });
    expect(await places(source, 'copy')).toEqual(await places(source, 'spaced'));
    expect(await places(source, 'copy')).toEqual([
      `database ${FAST}`,
      `far ${SLOW}`,
      `far_index ${SLOW}`,
      'far_pkey pg_default',
      'near default',
      'near_pkey default',
      `seen ${SLOW}`,
    ]);
    expect(await compareDatabases(source.settings('spaced'), source.settings('copy'))).toEqual([]);
  });

  test('lies where the map says', async () => {
    const tablespace_map = { [SLOW]: 'only one', [FAST]: 'pg_default' };
    expect(await restore(to, 'mapped', { tablespace_map })).toMatchObject({ outcome: 'ok', message: null });
    expect(await places(target, 'mapped')).toEqual([
      'database pg_default',
      'far only one',
      'far_index only one',
      'far_pkey default',
      'near default',
      'near_pkey default',
      'seen only one',
    ]);
  });

  test('lies in the default one when none are used', async () => {
    expect(await restore(to, 'plain', {})).toMatchObject({ outcome: 'ok', message: null });
    expect(new Set((await places(target, 'plain')).map((line) => line.split(' ').at(-1)))).toEqual(
      new Set(['pg_default', 'default']),
    );
  });

  test('is refused, by name, when they are to be used and are not there', async () => {
    const result = await restore(to, 'refused', { tablespace_handling: 'use' });
    expect(result).toMatchObject({ outcome: 'failed' });
    expect(result.message).toContain(`tablespaces do not exist on to: "${FAST}", "${SLOW}"`);
    expect(await target.psql('postgres', `select count(*) from pg_database where datname like 'refused%'`)).toBe('0');
  });
});
