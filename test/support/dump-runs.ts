import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../../src/core/model/activity.ts';
import type { DumpJob, Instance } from '../../src/core/model/configuration.ts';
import type { DumpResult } from '../../src/core/model/results.ts';
import { takeDump } from '../../src/worker/dump/take-dump.ts';
import { createRepository } from '../../src/worker/repository/chunk-repository.ts';
import type { Repository } from '../../src/worker/repository/repository.ts';
import type { RunContext } from '../../src/worker/run/run-context.ts';
import { findTools, type ToolSet } from '../../src/worker/tools/find-tools.ts';
import { dumpJobOf } from './catalog-rows.ts';
import { testContext } from './test-context.ts';

/** A repository and a staging folder, and dumps into them. */
export interface DumpingWorker {
  directory: string;
  repository: Repository;
  tools: ToolSet[];
  progress: Progress[];
  dump(
    instance: Instance,
    dbname: string | null,
    change?: { job?: Partial<DumpJob>; context?: Partial<RunContext>; uuid?: string },
  ): Promise<DumpResult>;
  /** What is left in the staging folder and in the repository's folder for what is not finished. */
  leftovers(): Promise<string[]>;
  /** A set of tools whose pg_dump is a shell script; `$REAL` in it is the real one. */
  toolsWith(script: string): Promise<ToolSet[]>;
  remove(): Promise<void>;
}

export async function createDumpingWorker(parent = tmpdir()): Promise<DumpingWorker> {
  const directory = await mkdtemp(join(parent, 'pgsnapman-dump-'));
  const repository = await createRepository(join(directory, 'repository'));
  const tools = await findTools();
  const staging = join(directory, 'staging');
  const worker: DumpingWorker = {
    directory,
    repository,
    tools,
    progress: [],
    async dump(instance, dbname, { job = {}, context = {}, uuid = randomUUID() } = {}) {
      const stagingDirectory = join(staging, uuid);
      await mkdir(stagingDirectory, { recursive: true, mode: 0o700 });
      worker.progress = [];
      const task = {
        uuid,
        job: dumpJobOf(instance, dbname, job),
        instance,
        triggerKind: 'manual' as const,
        dueAt: null,
      };
      const limits = { stallTimeoutMs: 60_000, lockWaitTimeoutMs: 20_000 };
      const onProgress = (progress: Progress) => worker.progress.push(progress);
      const change = { tools, limits, onProgress, ...context };
      return await takeDump(task, await testContext(repository, stagingDirectory, change));
    },
    async leftovers() {
      const staged = await readdir(staging, { recursive: true }).catch(() => []);
      const unfinished = await readdir(join(directory, 'repository', 'tmp'));
      return [...staged.filter((path) => path.includes('/')), ...unfinished];
    },
    async toolsWith(script) {
      const [real] = tools;
      if (real === undefined) throw new Error('no Postgres client programs');
      const pgDump = join(directory, `pg_dump-${randomUUID()}`);
      await writeFile(pgDump, `#!/bin/sh\nREAL='${real.pgDump}'\n${script}\n`);
      await chmod(pgDump, 0o700);
      return [{ ...real, pgDump }];
    },
    async remove() {
      await repository.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return worker;
}

/** Processes of a run on this machine, the first of them pg_dump's leader. */
export async function processesOf(uuid: string): Promise<number[]> {
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const environment = await readFile(`/proc/${entry}/environ`, 'latin1').catch(() => '');
    if (environment.includes(`PGAPPNAME=pgsnapman ${uuid}\0`)) found.push(Number(entry));
  }
  return found.sort((a, b) => a - b);
}

/** Asks until the answer is yes. @throws after half a minute */
export async function until(condition: () => Promise<boolean> | boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await condition()) return;
    await sleep(50);
  }
  throw new Error(`never: ${what}`);
}
