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

/** What is dumped: the files of a folder, or the stream of all databases. */
const DUMPS = ['full', 'cluster'] as const;
type CutDump = (typeof DUMPS)[number];
const BREAKS: readonly Break[] = ['reset', 'close', 'stall'];

/**
 * Takes dumps, of every kind in turn, through a proxy that breaks at a random number of bytes, of every way in turn.
 * @throws when a broken dump is called ok, something of it is left, or its sessions and processes go on
 */
export async function dumpThroughBreaks(rounds: number, random: Random): Promise<Record<CutDump, CutReport>> {
  const cluster = await startTestCluster();
  const worker = await createDumpingWorker();
  const proxy = await startCuttingProxy(cluster);
  const report = { full: { ok: 0, failed: 0, stalled: 0 }, cluster: { ok: 0, failed: 0, stalled: 0 } };
  try {
    await cluster.psql('postgres', 'create database shop');
    await cluster.psql(
      'shop',
      `create table t as select i, repeat('x', 50) as text from generate_series(1, ${ROWS}) as i`,
    );
    const instance: Instance = { ...instanceOf(cluster, 1), host: '127.0.0.1', port: proxy.port };
    const take = (dump_type: CutDump, stallTimeoutMs: number) => {
      const limits = { stallTimeoutMs, lockWaitTimeoutMs: 20_000 };
      return worker.dump(instance, dump_type === 'full' ? 'shop' : null, { job: { dump_type }, context: { limits } });
    };
    const whole = { full: { raw: 0, sent: 0 }, cluster: { raw: 0, sent: 0 } };
    for (const kind of DUMPS) {
      const before = proxy.passed();
      const { outcome, raw_bytes } = await take(kind, 60_000);
      if (outcome !== 'ok') throw new Error(`nothing was cut, and the ${kind} dump is ${outcome}`);
      whole[kind] = { raw: raw_bytes ?? 0, sent: proxy.passed() - before };
    }
    for (let round = 0; round < rounds; round++) {
      const kind = DUMPS[round % DUMPS.length] ?? 'full';
      const way = BREAKS[Math.floor(round / DUMPS.length) % BREAKS.length] ?? 'reset';
      const bytes = random.below(Math.round(whole[kind].sent * 1.1)) + 1;
      const name = `${kind} dump, ${way} after ${bytes} bytes`;
      proxy.breakAfter(way, bytes);
      const result = await take(kind, 2_000);
      // Before the proxy lets go of what stands still: nobody else ends our processes.
      const left = [...(await worker.leftovers()), ...(await processesOf(result.uuid))];
      if (left.length > 0) throw new Error(`${name}: left behind ${left.join(', ')}`);
      proxy.heal();
      const there = await worker.repository.manifest(result.uuid);
      if (result.outcome === 'ok') {
        const isWhole = result.row_count === ROWS && (kind === 'full' || result.raw_bytes === whole.cluster.raw);
        if (!isWhole || there === null) throw new Error(`${name}: ${result.outcome} with ${result.row_count} rows`);
        report[kind].ok++;
      } else {
        if (there !== null) throw new Error(`${name}: ${result.outcome}, and the dump is there`);
        report[kind][result.outcome === 'stalled' ? 'stalled' : 'failed']++;
      }
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
