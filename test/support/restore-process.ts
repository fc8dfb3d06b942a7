/**
 * A restore in a process of its own, which a test can have killed at a fault point:
 * `node restore-process.ts` with a RestoreOrder as JSON on standard input. Prints the result as JSON.
 */
import { text } from 'node:stream/consumers';
import type { Instance, RestoreJob } from '../../src/core/model/configuration.ts';
import { openRepository } from '../../src/worker/repository/chunk-repository.ts';
import { restoreDump } from '../../src/worker/restore/restore-dump.ts';
import { restoreJobOf } from './catalog-rows.ts';
import { testContext } from './test-context.ts';

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
  await testContext(repository, order.stagingDirectory),
);
process.stdout.write(JSON.stringify(result));
