import { setTimeout as sleep } from 'node:timers/promises';
import { startTestCatalog, startTestCluster } from './clusters.ts';
import type { Random } from './simulation/random.ts';
import { createTickWorker, instanceSql } from './tick-worker.ts';

export interface OutageReport {
  kills: number;
  dumps: number;
  restores: number;
}

/**
 * Runs ticks with dumps, triggers and restores while the catalog is killed at random moments, then lets everything come
 * to its end. @throws when a result is missing, is there twice, or is not ok
 */
export async function tickThroughOutages(ticks: number, random: Random): Promise<OutageReport> {
  const [catalog, server] = await Promise.all([startTestCatalog(), startTestCluster()]);
  const sql = (text: string): Promise<string> => catalog.psql('catalog', text);
  let kills = 0;
  try {
    await server.psql('postgres', 'create database shop');
    await server.psql('shop', 'create table t as select generate_series(1, 500) as id');
    await sql(`insert into pgsnapman.worker (name, timezone) values ('w1', 'UTC'); ${instanceSql(server, 'db1', 1)};
      insert into pgsnapman.restore_job (dest_instance_id, dest_dbname, job_type, existing_db)
        values (1, 'copy', 'trigger', 'drop')`);
    const { tick, worker, remove } = await createTickWorker(catalog.catalogUrl);
    try {
      for (let round = 0; round < ticks; round++) {
        await sql(`with job as (insert into pgsnapman.dump_job (instance_id, dbname, job_type, status)
            values (1, 'shop', 'single', 'active') returning id)
          insert into pgsnapman.dump_job_trigger (dump_job_id, restore_job_id) select id, 1 from job`);
        const ticking = tick();
        if (random.chance(0.7)) {
          await sleep(random.below(2500));
          kills++;
          await catalog.stop('immediate');
        }
        await ticking;
        await catalog.start().catch(() => {});
      }
      for (let more = 0; more < 20; more++) {
        await tick();
        const left = (await worker.queue.list()).entries.length + (await worker.spool.names()).length;
        const open = await sql('select count(*) from pgsnapman.dump_job where finished_at is null');
        if (left === 0 && open === '0') break;
      }
    } finally {
      await remove();
    }
    const counted = await sql(`select (select count(*) from pgsnapman.dump_job),
      (select count(*) from pgsnapman.dump where outcome = 'ok'),
      (select count(*) from pgsnapman.dump),
      (select count(distinct dump_job_id) from pgsnapman.dump),
      (select count(distinct dump_id) from pgsnapman.restore_run where outcome = 'ok'),
      (select count(*) from pgsnapman.restore_run)`);
    if (counted !== Array(6).fill(ticks).join('|')) {
      const messages = await sql(`select string_agg(text, E'\\n' order by id) from pgsnapman.message`);
      throw new Error(`jobs|ok|dumps|of jobs|restored ok|restores: ${counted}\n${messages}`);
    }
    return { kills, dumps: ticks, restores: ticks };
  } finally {
    await Promise.all([catalog.remove(), server.remove()]);
  }
}
