import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findTools, toolsFor } from '../../src/worker/tools/find-tools.ts';
import type { CliHome } from '../support/cli.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import { compareDatabases } from '../support/compare-databases.ts';
import { loadSample } from '../support/sample-database.ts';
import { addDumpJob, addInstance, createWorkerHome } from '../support/worker-home.ts';

const NAME = 'shop "live"=\'1\'\n\\ü';

let source: TestCluster;
let target: TestCluster;
let home: CliHome;
let folder: string;
let uuid: string;
/** What people have who restore without pgsnapman. */
let env: Record<string, string>;

beforeAll(async () => {
  [source, target] = await Promise.all([startTestCluster(), startTestCluster()]);
  await loadSample(source, NAME);
  home = await createWorkerHome();
  await addInstance(home, source, 'from');
  const job = await addDumpJob(home, 'from', NAME);
  uuid = (await home.ok(['dumpjob', 'run', String(job), '--json'])).json().uuid;
  folder = await mkdtemp(join(tmpdir(), 'pgsnapman-plain-'));
  const connection = await target.connect('postgres');
  const { directory } = toolsFor(connection.serverVersionNum, await findTools());
  const { host, port } = target.instance;
  env = {
    PATH: `${directory}:${process.env.PATH}`,
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: target.superuser,
  };
});
afterAll(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  await home?.remove();
  await Promise.all([source?.remove(), target?.remove()]);
});

const run = (file: string, ...args: string[]) => promisify(execFile)(file, args, { env });

/** Statements as a file, each on its own: `create database` is not for transactions. */
async function psql(sql: string): Promise<void> {
  const file = join(folder, 'statements.sql');
  await writeFile(file, sql);
  await run('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'postgres', '-f', file);
}

test('what recover.sh writes, pg_restore brings back as the same database', async () => {
  const repository = join(home.root, 'repository');
  const [dump = ''] = await readdir(join(repository, 'dumps'));
  const out = join(folder, 'recovered');
  await run('sh', join(repository, 'recover.sh'), dump, out);
  const globals = await readFile(`${out}.globals.sql`, 'utf8');
  const [before = '', after = ''] = globals.split(/^(?=-- 3\. )/m);
  await psql(before);
  const dbname = `dbname='${NAME.replaceAll(/['\\]/g, '\\$&')}'`;
  await run('pg_restore', '--exit-on-error', `--dbname=${dbname}`, out);
  await psql(after);
  expect(await compareDatabases(source.settings(NAME), target.settings(NAME))).toEqual([]);
});

test('restore.sh of an exported dump brings it back, and refuses a database that exists', async () => {
  const out = join(folder, "it's exported");
  expect((await home.ok(['dump', 'export', uuid.slice(0, 30), out, '--json'])).json()).toEqual({
    uuid,
    directory: out,
  });
  await expect(run('sh', join(out, 'restore.sh'))).rejects.toThrow('exists already');
  await target.psql('postgres', `drop database "${NAME.replaceAll('"', '""')}"`);
  await run('sh', join(out, 'restore.sh'), '2');
  expect(await compareDatabases(source.settings(NAME), target.settings(NAME))).toEqual([]);
});
