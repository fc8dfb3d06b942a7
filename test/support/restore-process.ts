/**
 * A restore in a process of its own, which a test can have killed at a fault point:
 * `node restore-process.ts` with a RestoreOrder as JSON on standard input. Prints the result as JSON.
 */
import { text } from 'node:stream/consumers';
import type { Instance, RestoreJob } from '../../src/core/model/configuration.ts';
import { connectionSources } from '../../src/sql/connection-sources.ts';
import { openRepository } from '../../src/worker/repository/chunk-repository.ts';
import { restoreDump } from '../../src/worker/restore/restore-dump.ts';
import { findTools } from '../../src/worker/tools/find-tools.ts';
import { restoreJobOf } from './catalog-rows.ts';

export interface RestoreOrder {
  uuid: string;
  dumpUuid: string;
  repository: string;
  stagingDirectory: string;
  destination: Instance;
  dbname: string;
  change?: Partial<RestoreJob>;
}

const order: RestoreOrder = JSON.parse(await text(process.stdin));
const repository = await openRepository(order.repository);
const result = await restoreDump(
  {
    uuid: order.uuid,
    job: restoreJobOf(order.destination, order.dbname, order.change),
    destination: order.destination,
    dumpUuid: order.dumpUuid,
    triggerKind: 'manual',
    dueAt: null,
  },
  {
    worker: { id: 1, name: 'w1', root_id: '01890000-0000-7000-8000-000000000001' },
    repository,
    dumps: repository,
    stagingDirectory: order.stagingDirectory,
    tools: await findTools(),
    sources: { ...connectionSources(), env: {} },
    forbiddenTargets: [],
    scripts: { sha256: [], directory: null },
    limits: { stallTimeoutMs: 60_000, lockWaitTimeoutMs: 10_000 },
    onProgress: () => {},
    log: () => {},
    signal: new AbortController().signal,
    now: () => new Date(),
    version: '0.0.0-test',
  },
);
process.stdout.write(JSON.stringify(result));
