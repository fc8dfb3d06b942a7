import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tickThroughOutages } from '../support/catalog-outages.ts';
import type { CliHome } from '../support/cli.ts';
import { startTestCatalog, startTestCluster, type TestCluster } from '../support/clusters.ts';
import { until } from '../support/dump-runs.ts';
import { Random } from '../support/simulation/random.ts';
import { addDumpJob, createWorkerHome } from '../support/worker-home.ts';

describe('a catalog that is killed at random moments', () => {
  it('has every result exactly once when it is back', async () => {
    const report = await tickThroughOutages(5, new Random(5));
    expect(report.kills).toBeGreaterThan(0);
  });
});

describe('two workers with an instance each', () => {
  let catalog: Awaited<ReturnType<typeof startTestCatalog>>;
  let servers: TestCluster[] = [];
  let homes: CliHome[] = [];
  const sql = (text: string): Promise<string> => catalog.psql('catalog', text);

  beforeAll(async () => {
    const started = await Promise.all([startTestCatalog(), startTestCluster(), startTestCluster()]);
    catalog = started[0];
    servers = started.slice(1);
    for (const server of servers) await server.psql('postgres', 'create database shop');
    const first = await createWorkerHome({ catalogUrl: catalog.catalogUrl });
    homes = [first];
    const second = await createWorkerHome({ catalogUrl: catalog.catalogUrl, worker: 'w2' });
    homes.push(second);
    for (const [index, server] of servers.entries()) {
      const address = `${server.instance.host}:${server.instance.port}`;
      const name = `db${index + 1}`;
      await first.ok([
        'instance',
        'add',
        address,
        '--name',
        name,
        '--user',
        server.superuser,
        '--worker',
        `w${index + 1}`,
      ]);
    }
  });
  afterAll(async () => {
    for (const home of homes) await home.remove();
    await Promise.all([catalog?.remove(), ...servers.map((server) => server.remove())]);
  });

  it('each run their own, and what a killed one had begun is neither lost nor run twice', async () => {
    const [one, two] = homes;
    if (one === undefined || two === undefined) throw new Error('no homes');
    const ids = [await addDumpJob(one, 'db1', 'shop', '--once'), await addDumpJob(one, 'db2', 'shop', '--once')];
    const killed = await one.run(['worker', 'run'], {
      env: { PGSNAPMAN_TEST: '1', PGSNAPMAN_FAULT: 'dump.dumped:kill' },
    });
    expect(killed.exitCode).toBeNull();
    await two.ok(['worker', 'run']);
    await two.ok(['worker', 'run']);
    expect(await sql('select dump_job_id, worker_name from pgsnapman.dump')).toBe(`${ids[1]}|w2`);
    await one.ok(['worker', 'run']);
    await Promise.all([one.ok(['worker', 'run']), two.ok(['worker', 'run'])]);
    const dumps = await sql('select dump_job_id, worker_name, outcome from pgsnapman.dump order by dump_job_id');
    expect(dumps).toBe(`${ids[0]}|w1|ok\n${ids[1]}|w2|ok`);
    expect(await sql('select count(*) from pgsnapman.dump_job where finished_at is null')).toBe('0');
  });

  it('end what they were asked for when the one who waits for it presses Ctrl-C', async () => {
    const [one, two] = homes;
    const [, server] = servers;
    if (one === undefined || two === undefined || server === undefined) throw new Error('no homes');
    await server.psql('shop', 'create table held (id integer)');
    const holder = await server.connect('shop');
    await holder.execute('begin');
    await holder.execute('lock table held in access exclusive mode');
    const id = await addDumpJob(one, 'db2', 'shop', '--schedule=@yearly');
    const asked = await one.start(['dumpjob', 'run', String(id)]);
    const requests = `select coalesce(string_agg(state, ','), '') from pgsnapman.request`;
    await until(async () => (await sql(requests)) === 'waiting', 'the request is there');
    asked.child.kill('SIGINT');
    expect(await asked.finished).toMatchObject({ exitCode: 130, stderr: expect.stringContaining('taken back') });
    expect(await sql(requests)).toBe('');

    const again = await one.start(['dumpjob', 'run', String(id)]);
    await until(async () => (await sql(requests)) === 'waiting', 'the request is there again');
    const tick = await two.start(['worker', 'run']);
    await until(
      async () => (await sql(`select count(*) from pgsnapman.activity where stage = 'dumping'`)) === '1',
      'it runs',
    );
    again.child.kill('SIGINT');
    expect(await again.finished).toMatchObject({ exitCode: 130 });
    await tick.finished;
    expect(await sql(`select outcome from pgsnapman.dump where dump_job_id = ${id}`)).toBe('cancelled');
    await holder.close();
  });
});
