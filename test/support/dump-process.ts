/**
 * A dump in a process of its own, which a test can have killed at a fault point or in the middle:
 * `node dump-process.ts` with a DumpOrder as JSON on standard input. Prints the result as JSON.
 */
import { text } from 'node:stream/consumers';
import type { Instance, ScriptText } from '../../src/core/model/configuration.ts';
import { takeDump } from '../../src/worker/dump/take-dump.ts';
import { openRepository } from '../../src/worker/repository/chunk-repository.ts';
import { dumpJobOf } from './catalog-rows.ts';
import { testContext } from './test-context.ts';

export interface DumpOrder {
  uuid: string;
  repository: string;
  stagingDirectory: string;
  instance: Instance;
  /** Null: a dump of the whole cluster. */
  dbname: string | null;
  /** A dump made by this script. */
  script?: ScriptText;
}

const order: DumpOrder = JSON.parse(await text(process.stdin));
const { script } = order;
const ofScript = script === undefined ? null : ({ dump_type: 'script', script_id: 1, script } as const);
const ofCluster = order.dbname === null ? ({ dump_type: 'cluster' } as const) : {};
const job = dumpJobOf(order.instance, order.dbname, ofScript ?? ofCluster);
const repository = await openRepository(order.repository);
const result = await takeDump(
  { uuid: order.uuid, job, instance: order.instance, triggerKind: 'manual', dueAt: null },
  await testContext(repository, order.stagingDirectory, {
    scripts: { sha256: script === undefined ? [] : [script.sha256], directory: null },
    limits: { stallTimeoutMs: 60_000, lockWaitTimeoutMs: 60_000 },
  }),
);
process.stdout.write(JSON.stringify(result));
