import type { Instance } from '../../src/core/model/configuration.ts';
import { instanceOf } from './catalog-rows.ts';
import { startTestCluster } from './clusters.ts';
import { type Break, startCuttingProxy } from './cutting-proxy.ts';
import { createDumpingWorker, processesOf, until } from './dump-runs.ts';
import type { Random } from './simulation/random.ts';

const ROWS = 20_000;

export interface CutReport {
  ok: number;
  failed: number;
  stalled: number;
}

/**
 * Takes dumps through a proxy that breaks at a random number of bytes. @throws when a broken dump is called ok, something
 * of it is left, or its sessions and processes go on
 */
export async function dumpThroughBreaks(rounds: number, kinds: readonly Break[], random: Random): Promise<CutReport> {
  const cluster = await startTestCluster();
  const worker = await createDumpingWorker();
  const proxy = await startCuttingProxy(cluster);
  const report: CutReport = { ok: 0, failed: 0, stalled: 0 };
  try {
    await cluster.psql('postgres', 'create database shop');
    await cluster.psql(
      'shop',
      `create table t as select i, repeat('x', 50) as text from generate_series(1, ${ROWS}) as i`,
    );
    const instance: Instance = { ...instanceOf(cluster, 1), host: '127.0.0.1', port: proxy.port };
    const whole = await worker.dump(instance, 'shop');
    if (whole.outcome !== 'ok') throw new Error(`nothing was cut, and the dump is ${whole.outcome}: ${whole.message}`);
    const size = whole.raw_bytes ?? 0;
    for (let round = 0; round < rounds; round++) {
      const kind = kinds[round % kinds.length] ?? 'reset';
      const bytes = random.below(Math.round(size * 1.3)) + 1;
      proxy.breakAfter(kind, bytes);
      const limits = { stallTimeoutMs: 2_000, lockWaitTimeoutMs: 20_000 };
      const result = await worker.dump(instance, 'shop', { context: { limits } });
      const name = `${kind} after ${bytes} bytes`;
      proxy.heal();
      const there = await worker.repository.manifest(result.uuid);
      if (result.outcome === 'ok') {
        if (result.row_count !== ROWS || there === null) throw new Error(`${name}: ok with ${result.row_count} rows`);
        report.ok++;
      } else {
        if (there !== null) throw new Error(`${name}: ${result.outcome}, and the dump is there`);
        report[result.outcome === 'stalled' ? 'stalled' : 'failed']++;
      }
      const left = [...(await worker.leftovers()), ...(await processesOf(result.uuid))];
      if (left.length > 0) throw new Error(`${name}: left behind ${left.join(', ')}`);
      await until(async () => {
        const sessions = `select count(*) from pg_stat_activity where application_name ~ '^pgsnapman '`;
        return (await cluster.psql('postgres', sessions)) === '0';
      }, `${name}: its sessions on the server end`);
    }
    return report;
  } finally {
    await proxy.close();
    await worker.remove();
    await cluster.remove();
  }
}
