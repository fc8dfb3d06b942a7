// Takes a dump as a worker does: dump-job REPOSITORY STAGING URL JOBS
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { catalogConnection } from '../../../src/core/connection/connection-settings.ts';
import { connectionSources } from '../../../src/sql/connection-sources.ts';
import { takeDump } from '../../../src/worker/dump/take-dump.ts';
import { openOrCreateRepository } from '../../../src/worker/repository/chunk-repository.ts';
import { dumpJobOf, instanceOf } from '../../support/catalog-rows.ts';
import { testContext } from '../../support/test-context.ts';

const [directory = '', staging = '', url = '', jobs = '2'] = process.argv.slice(2);
const { host, port, user, dbname } = catalogConnection(url, connectionSources({}));
const repository = await openOrCreateRepository(directory);
const uuid = randomUUID();
const stagingDirectory = join(staging, uuid);
mkdirSync(stagingDirectory, { recursive: true });
const instance = instanceOf({ instance: { host, port, username: user } }, 1);
const result = await takeDump(
  {
    uuid,
    job: dumpJobOf(instance, dbname, { parallel: Number(jobs) }),
    instance,
    triggerKind: 'manual',
    dueAt: null,
  },
  await testContext(repository, stagingDirectory, {
    limits: { stallTimeoutMs: 600_000, lockWaitTimeoutMs: 60_000 },
  }),
);
await repository.close();
const peakBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(
  JSON.stringify({
    outcome: result.outcome,
    message: result.message,
    raw: result.raw_bytes,
    added: result.new_bytes,
    peakBytes,
  }),
);
