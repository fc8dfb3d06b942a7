import type { RunContext } from './run-context.ts';
import type { WorkSession } from './work-session.ts';

/** What differs from run to run. */
type OfRun = 'stagingDirectory' | 'limits' | 'onProgress' | 'onPassing' | 'onMessage' | 'log' | 'signal';

/** What a worker gives to all of its runs alike. */
export async function workerContext({ worker, reporter }: WorkSession): Promise<Omit<RunContext, OfRun>> {
  return {
    worker: { id: reporter.workerId, name: worker.name, root_id: worker.root.identity.root_id },
    repository: await worker.repository(),
    dumps: await worker.dumps(),
    tools: await worker.tools(),
    sources: worker.sources,
    forbiddenTargets: worker.configuration.restores.never,
    scripts: worker.configuration.scripts,
    now: worker.now,
    version: worker.version,
  };
}
