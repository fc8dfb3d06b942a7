import { connectionSources } from '../../src/sql/connection-sources.ts';
import type { Repository } from '../../src/worker/repository/repository.ts';
import type { RunContext } from '../../src/worker/run/run-context.ts';
import { findTools } from '../../src/worker/tools/find-tools.ts';

/** What a run of no worker in particular works with; nothing is read from the environment. */
export async function testContext(
  repository: Repository,
  stagingDirectory: string,
  change: Partial<RunContext> = {},
): Promise<RunContext> {
  return {
    worker: { id: 1, name: 'w1', root_id: '01890000-0000-7000-8000-000000000001' },
    repository,
    dumps: repository,
    stagingDirectory,
    tools: change.tools ?? (await findTools()),
    sources: { ...connectionSources(), env: {} },
    forbiddenTargets: [],
    scripts: { sha256: [], directory: null },
    limits: { stallTimeoutMs: 60_000, lockWaitTimeoutMs: 10_000 },
    onProgress: () => {},
    log: () => {},
    signal: new AbortController().signal,
    now: () => new Date(),
    version: '0.0.0-test',
    ...change,
  };
}
