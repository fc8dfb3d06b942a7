import type { FileConfiguration } from '../../core/config/file-configuration.ts';
import { PgSnapManError } from '../../core/errors.ts';
import { isGood } from '../../core/model/outcome.ts';
import type { DumpResult, RestoreResult } from '../../core/model/results.ts';
import { countOf, formatBytes } from '../../core/text/numbers.ts';
import { openCatalog } from '../../worker/catalog-access.ts';
import { clusterUrl } from '../../worker/cluster/private-cluster.ts';
import { initWorker } from '../../worker/init-worker.ts';
import { runDumpJobNow } from '../../worker/run/run-job.ts';
import { findTools, type ToolSet, toolsFor } from '../../worker/tools/find-tools.ts';
import { openWorker, type WorkerSetup } from '../../worker/worker-setup.ts';
import { dumpSentence, restoreSentence } from '../run-report.ts';
import { compareCopy } from './compare-copy.ts';
import { asSuperuser, type DemoClusters } from './demo-clusters.ts';
import type { DemoFolder } from './demo-folder.ts';
import type { DemoSteps } from './demo-steps.ts';
import { addJobs, COPY, DATABASE, registerDemo } from './register.ts';
import { applyFiles, nextDayFiles, sampleFiles } from './sample.ts';
import { verifyDump } from './verify-dump.ts';

export interface DemoResults {
  first: DumpResult;
  copied: DumpResult;
  restore: RestoreResult;
  second: DumpResult;
}

/** The main job, as somebody would do it with the commands; the same functions are called. */
export async function doTheMainJob(
  steps: DemoSteps,
  folder: DemoFolder,
  configuration: FileConfiguration,
  clusters: DemoClusters,
): Promise<DemoResults> {
  const catalog = await openCatalog(configuration);
  let worker: WorkerSetup | null = null;
  try {
    const tools = toolsFor(clusters.serverVersionNum, await findTools());
    const instances = await steps.step('registering', () => registerDemo(catalog, clusters));
    await initWorker(configuration, {});
    const opened = await openWorker(configuration);
    worker = opened;
    await steps.step('loading the sample database', () => loadSample(clusters, tools, steps.signal));
    const jobs = await steps.step('adding jobs', () => addJobs(catalog, instances));
    const first = await dump(steps, opened, jobs.nightly.id, 'first dump');
    await steps.step('reading the dump back', async () =>
      verifyDump(await opened.repository(), first.uuid, folder.scratch, tools),
    );
    const { copied, restore } = await copy(steps, opened, jobs.copy.id);
    const [source, target] = [
      { cluster: clusters.production, dbname: DATABASE },
      { cluster: clusters.test, dbname: COPY },
    ];
    await steps.step('comparing the copy', () => compareCopy(source, target, tools));
    await steps.step('a day of business', () => nextDay(clusters, tools, steps.signal));
    const second = await dump(steps, opened, jobs.nightly.id, 'dump after the change');
    return { first, copied, restore, second };
  } finally {
    await worker?.close();
    await catalog.close();
  }
}

async function loadSample(clusters: DemoClusters, tools: ToolSet, signal: AbortSignal): Promise<{ text: string }> {
  await asSuperuser(clusters.production, 'postgres', (connection) =>
    connection.execute(`create database ${DATABASE} template template0`),
  );
  await applyFiles(clusterUrl(clusters.production, DATABASE), await sampleFiles(), tools, signal);
  const size = await asSuperuser(clusters.production, DATABASE, (connection) =>
    connection.row<{ bytes: number; tables: number }>(
      `select pg_database_size(current_database()) as bytes, count(*) as tables from pg_catalog.pg_class as c
       where c.relkind in ('r', 'm') and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'`,
    ),
  );
  const text = `sample database ${DATABASE} on production: ${countOf(size?.tables ?? 0, 'table')}, ${formatBytes(size?.bytes ?? 0)}`;
  return { text };
}

async function nextDay(clusters: DemoClusters, tools: ToolSet, signal: AbortSignal): Promise<{ text: string }> {
  await applyFiles(clusterUrl(clusters.production, DATABASE), await nextDayFiles(), tools, signal);
  return { text: `a day of business in ${DATABASE}: new customers and orders, changed prices, a new partition` };
}

async function dump(steps: DemoSteps, worker: WorkerSetup, jobId: number, title: string): Promise<DumpResult> {
  const { result } = await steps.step(title, async (onProgress) => {
    const result = await runDumpJobNow(worker, jobId, { onProgress, signal: steps.signal });
    refuseBadOutcome(result);
    return { result, text: `${title}: ${dumpSentence(result)}` };
  });
  return result;
}

/** The copy job: a dump, and the restore that it triggers. */
async function copy(
  steps: DemoSteps,
  worker: WorkerSetup,
  jobId: number,
): Promise<{ copied: DumpResult; restore: RestoreResult }> {
  return steps.step('copy job', async (onProgress) => {
    const restores: RestoreResult[] = [];
    const copied = await runDumpJobNow(worker, jobId, {
      onProgress,
      signal: steps.signal,
      onTriggered: (restore) => restores.push(restore),
    });
    refuseBadOutcome(copied);
    const [restore] = restores;
    if (restore === undefined)
      throw new PgSnapManError('run_failed', 'the copy job triggered no restore', 'see message list');
    refuseBadOutcome(restore);
    return { copied, restore, text: `copy job: ${dumpSentence(copied)}\n${restoreSentence(restore)}` };
  });
}

function refuseBadOutcome({ outcome, message }: { outcome: DumpResult['outcome']; message: string | null }): void {
  if (isGood(outcome)) return;
  throw new PgSnapManError(
    outcome === 'cancelled' ? 'cancelled' : 'run_failed',
    `the demo's run ${outcome === 'cancelled' ? 'was cancelled' : 'failed'}: ${message ?? 'no reason given'}`,
    'a demo never meets this on a sound machine; run it again with --keep and look with message list',
  );
}
