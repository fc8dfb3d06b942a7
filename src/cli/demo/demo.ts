import { writeFile } from 'node:fs/promises';
import { readConfiguration } from '../configuration.ts';
import type { Context } from '../context.ts';
import { interruptSignal } from '../interruption.ts';
import { startClusters, stopClusters } from './demo-clusters.ts';
import { type DemoFolder, defaultDemoDirectory, findFolder, prepareFolder } from './demo-folder.ts';
import { DemoSteps } from './demo-steps.ts';
import { doTheMainJob } from './main-job.ts';
import { printSummary } from './summary.ts';

export interface DemoOptions {
  dir?: string;
  keep?: true;
  stop?: true;
}

/** Stops the clusters that a demo has left running, and the catalog. @throws PgSnapManError not_found */
export async function stopDemo({ output }: Context, { dir }: DemoOptions): Promise<void> {
  const folder = await findFolder(dir ?? defaultDemoDirectory());
  await stopClusters(folder, true);
  output.line(`the clusters in ${folder.path} are stopped`);
}

/**
 * Shows the main job on throw-away clusters in a folder of its own: dump, verification, copy, dump after a change. The
 * clusters are stopped at the end, however it ends, unless they are to be kept.
 * @throws PgSnapManError
 */
export async function runDemo(context: Context, options: DemoOptions): Promise<void> {
  const steps = new DemoSteps(context, interruptSignal());
  const folder = await prepareFolder(options.dir ?? defaultDemoDirectory());
  let done = false;
  try {
    await writeFile(folder.configurationFile, configurationText(folder), { mode: 0o600 });
    const clusters = await steps.step('starting Postgres', () => startClusters(folder));
    const configuration = readConfiguration(folder.configurationFile, {});
    const results = await doTheMainJob(steps, folder, configuration, clusters);
    printSummary(context, folder, results, options.keep === true);
    done = true;
  } finally {
    if (!(done && options.keep === true)) await stopClusters(folder, done);
    folder.lock.release();
  }
}

function configurationText(folder: DemoFolder): string {
  return `# Made by pgsnapman demo.
[catalog]
url = "local"

[worker]
name = "demo"
root = ${JSON.stringify(folder.root)}
`;
}
