// Rows 8b and 8c: a tick that has nothing to start, of a worker with many jobs.
import { join } from 'node:path';
import { openQueue } from '../../../src/worker/queue/queue.ts';
import { builtProgram } from '../../support/built-program.ts';
import { startTestCatalog, type TestCluster } from '../../support/clusters.ts';
import { psqlNow } from '../../support/psql-now.ts';
import { sampleDumpEntry } from '../../support/sample-jobs.ts';
import { addInstance, createWorkerHome } from '../../support/worker-home.ts';
import { inTurn, run, type Taken } from '../measure.ts';
import { type BenchContext, compared, type Result } from '../result.ts';

const JOBS = 500;

/** Daily jobs whose time is at least six hours away. */
const addJobs = (jobs: number): string => `insert into pgsnapman.dump_job (instance_id, dbname, schedule, timezone)
  select 1, 'db_' || n, n % 60 || ' ' || (extract(hour from now() at time zone 'UTC')::int + 7 + n % 11) % 24 || ' * * *', 'UTC'
  from generate_series(1, ${jobs}) as n`;

export async function manyJobsTick(context: BenchContext): Promise<Result[]> {
  process.env.TEST_RUN_DIRECTORY = context.folder;
  const program = await builtProgram();
  const [many, one] = [await startTestCatalog(), await startTestCatalog()];
  const homes = [await workerWith(many, JOBS), await workerWith(one, 1)] as const;
  try {
    const tickOf =
      ({ configFile }: { configFile: string }) =>
      (): Taken =>
        run([process.execPath, program, 'worker', 'run', '--config', configFile]);
    const measure = () => inTurn(context.times * 3, tickOf(homes[0]), tickOf(homes[1]));
    const quiet = await measure();
    for (const { root } of homes) await putOff(join(root, 'queue'));
    const waiting = await measure();
    return [
      compared('8b', `worker run with nothing due, ${JOBS} jobs; 1 job`, quiet.ours, quiet.peer, null),
      compared('8c', 'the same while a run waits to be tried again', waiting.ours, waiting.peer, null),
    ];
  } finally {
    for (const home of homes) await home.remove();
    for (const catalog of [many, one]) await catalog.remove();
  }
}

async function workerWith(catalog: TestCluster & { catalogUrl: string }, jobs: number) {
  const home = await createWorkerHome({ catalogUrl: catalog.catalogUrl });
  await addInstance(home, catalog, 'here');
  psqlNow(catalog, 'catalog', addJobs(jobs));
  await home.ok(['worker', 'run']);
  return home;
}

/** An entry that may not start yet. */
async function putOff(folder: string): Promise<void> {
  const now = new Date();
  const entry = sampleDumpEntry({ due_at: new Date(now.getTime() - 60_000), queued_at: now });
  await openQueue(folder).add({ ...entry, retries: 3, not_before: new Date(now.getTime() + 14 * 60_000) });
}
