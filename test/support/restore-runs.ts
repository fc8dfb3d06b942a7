import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Progress } from '../../src/core/model/activity.ts';
import type { DumpJob, Instance, RestoreJob } from '../../src/core/model/configuration.ts';
import type { DumpResult, RestoreResult } from '../../src/core/model/results.ts';
import { takeDump } from '../../src/worker/dump/take-dump.ts';
import { createRepository } from '../../src/worker/repository/chunk-repository.ts';
import type { Repository } from '../../src/worker/repository/repository.ts';
import { type RestoreTask, restoreDump } from '../../src/worker/restore/restore-dump.ts';
import type { RunContext } from '../../src/worker/run/run-context.ts';
import { findTools } from '../../src/worker/tools/find-tools.ts';
import { dumpJobOf, restoreJobOf } from './catalog-rows.ts';
import { testContext } from './test-context.ts';

/** A worker's folder with a repository, for dumps and restores without a catalog; removed by `remove()`. */
export interface TestWorker {
  directory: string;
  repository: Repository;
  /** What the last run logged. */
  log: string[];
  progress: Progress[];
  context(change?: Partial<RunContext>): Promise<RunContext>;
  dump(
    instance: Instance,
    dbname: string | null,
    change?: Partial<DumpJob>,
    context?: Partial<RunContext>,
  ): Promise<DumpResult>;
  restore(
    dumpUuid: string,
    destination: Instance,
    dbname: string,
    change?: Partial<RestoreJob>,
    context?: Partial<RunContext>,
  ): Promise<RestoreResult>;
  remove(): Promise<void>;
}

function restoreTask(dumpUuid: string, destination: Instance, job: RestoreJob): RestoreTask {
  return { uuid: randomUUID(), job, destination, dumpUuid, triggerKind: 'manual', dueAt: null };
}

export async function createTestWorker(): Promise<TestWorker> {
  const directory = await mkdtemp(join(tmpdir(), 'pgsnapman-restore-'));
  const repository = await createRepository(join(directory, 'repository'));
  const tools = await findTools();
  const worker: TestWorker = {
    directory,
    repository,
    log: [],
    progress: [],
    async context(change = {}) {
      const stagingDirectory = join(directory, 'staging', randomUUID());
      await mkdir(stagingDirectory, { recursive: true, mode: 0o700 });
      worker.log = [];
      worker.progress = [];
      return await testContext(repository, stagingDirectory, {
        tools,
        onProgress: (progress) => worker.progress.push(progress),
        log: (line) => worker.log.push(line),
        ...change,
      });
    },
    async dump(instance, dbname, change, context) {
      const job = dumpJobOf(instance, dbname, change);
      const task = { uuid: randomUUID(), job, instance, triggerKind: 'manual' as const, dueAt: null };
      return takeDump(task, await worker.context(context));
    },
    async restore(dumpUuid, destination, dbname, change, context) {
      const job = restoreJobOf(destination, dbname, change);
      return restoreDump(restoreTask(dumpUuid, destination, job), await worker.context(context));
    },
    async remove() {
      await repository.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return worker;
}
