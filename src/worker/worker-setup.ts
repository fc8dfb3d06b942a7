import { join } from 'node:path';
import type { FileConfiguration } from '../core/config/file-configuration.ts';
import type { ConnectionSources } from '../core/connection/connection-settings.ts';
import { PgSnapManError } from '../core/errors.ts';
import { VERSION } from '../core/version.ts';
import { connectionSources } from '../sql/connection-sources.ts';
import { type Notices, openNotices } from './log/notices.ts';
import { openQueue, type Queue } from './queue/queue.ts';
import type { DumpReader, Repository } from './repository/repository.ts';
import { openRoot, type RootDirectory } from './root/root-directory.ts';
import { openSpool, type Spool } from './spool/spool.ts';
import type { ToolSet } from './tools/find-tools.ts';

/** Everything that a worker's commands start from. Cheap to make: what only a run needs is opened when it is asked for. */
export interface WorkerSetup {
  readonly configuration: FileConfiguration;
  readonly name: string;
  readonly root: RootDirectory;
  readonly sources: ConnectionSources;
  readonly version: string;
  readonly queue: Queue;
  readonly spool: Spool;
  readonly notices: Notices;
  now(): Date;
  repository(): Promise<Repository>;
  /** All dumps that this worker can restore: those of its repository, and of the mirrors that its configuration names. */
  dumps(): Promise<DumpReader>;
  /** The Postgres client tools of this machine. */
  tools(): Promise<ToolSet[]>;
  /** Ends what was opened and holds something: the repository's threads. */
  close(): Promise<void>;
}

export interface SetupOptions {
  /** The clock; tests bring their own. */
  now?: () => Date;
}

/**
 * Opens the worker that the configuration names.
 * @throws PgSnapManError configuration if `worker init` was not run, or the root directory is not to be trusted
 */
export async function openWorker(configuration: FileConfiguration, options: SetupOptions = {}): Promise<WorkerSetup> {
  process.umask(0o077);
  const root = await openRoot(configuration.worker.root, configuration.worker.name ?? null);
  const name = configuration.worker.name ?? root.identity.worker_name;
  if (name === null) {
    throw new PgSnapManError('configuration', 'this worker has no name', 'run `pgsnapman worker init --name NAME`');
  }
  return setupOf(configuration, name, root, options);
}

export function setupOf(
  configuration: FileConfiguration,
  name: string,
  root: RootDirectory,
  options: SetupOptions = {},
): WorkerSetup {
  let opened: Promise<Repository> | null = null;
  let layered: Promise<DumpReader> | null = null;
  return {
    configuration,
    name,
    root,
    sources: connectionSources(),
    version: VERSION,
    queue: openQueue(root.queue),
    spool: openSpool(root.spool),
    notices: openNotices(root.state),
    now: options.now ?? (() => new Date()),
    repository() {
      opened ??= import('./repository/chunk-repository.ts').then(({ openRepository }) =>
        openRepository(root.repository),
      );
      return opened;
    },
    dumps() {
      layered ??= Promise.all([this.repository(), import('./repository/layered-reader.ts')]).then(
        ([own, { LayeredReader }]) => new LayeredReader(own, configuration.repository.mirrors),
      );
      return layered;
    },
    tools: once(async () => {
      const { findTools } = await import('./tools/find-tools.ts');
      return findTools({ binDirectories: configuration.tools.bin_directories });
    }),
    async close() {
      await (await layered?.catch(() => null))?.close();
      const repository = await opened?.catch(() => null);
      await repository?.close();
    },
  };
}

/** Where a lock of this worker lies; names: lower case, digits, dashes. */
export function lockPath(worker: Pick<WorkerSetup, 'root'>, name: string): string {
  return join(worker.root.run, `${name}.lock`);
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
