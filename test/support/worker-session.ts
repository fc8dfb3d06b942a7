import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { onTestFinished } from 'vitest';
import type { FileConfiguration } from '../../src/core/config/file-configuration.ts';
import type { WorkerConfiguration } from '../../src/core/model/configuration.ts';
import { storeConfiguration } from '../../src/worker/config-cache/config-cache.ts';
import { initRoot } from '../../src/worker/root/root-directory.ts';
import { beginSession, type WorkSession } from '../../src/worker/run/work-session.ts';
import { setupOf, type WorkerSetup } from '../../src/worker/worker-setup.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A worker without catalog and without Postgres, whose clock the test sets. */
export interface TestWorker {
  worker: WorkerSetup;
  /** Sets the clock; the text is ISO 8601 without zone, in UTC. */
  at(time: string): void;
  /** Puts a configuration into the cache. */
  configure(configuration: WorkerConfiguration): Promise<void>;
  /** What a process that begins now works with. */
  begin(): Promise<WorkSession>;
  /** Texts of the messages in the spool, oldest first, as `level text`; they are removed. */
  messages(): Promise<string[]>;
}

export async function createTestWorker(more: Partial<FileConfiguration> = {}): Promise<TestWorker> {
  const path = join(temporaryFolder(), 'root');
  const root = await initRoot(path, 'w1');
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  mkdirSync(root.repository, { recursive: true });
  let now = new Date('2026-01-01T00:00:00Z');
  const configuration: FileConfiguration = {
    catalog: { url: 'postgresql://127.0.0.1:1/none' },
    worker: { name: 'w1', root: path },
    tools: { bin_directories: [] },
    repository: { mirrors: [] },
    restores: { never: [] },
    scripts: { sha256: [], directory: null },
    limits: {},
    ...more,
  };
  const worker = setupOf(configuration, 'w1', root, { now: () => now });
  return {
    worker,
    at(time) {
      now = new Date(`${time}Z`);
    },
    async configure(content) {
      await storeConfiguration(root.cache, content, null, uuidv7());
    },
    begin: () => beginSession(worker),
    async messages() {
      const found: { at: number; uuid: string; text: string }[] = [];
      for (const name of await worker.spool.names()) {
        const item = await worker.spool.read(name);
        if (item?.kind !== 'message') continue;
        const { logged_at, uuid, level, text } = item.value;
        found.push({ at: logged_at.getTime(), uuid, text: `${level} ${text}` });
        await worker.spool.remove(name);
      }
      return found.sort((a, b) => a.at - b.at || (a.uuid < b.uuid ? -1 : 1)).map(({ text }) => text);
    },
  };
}
