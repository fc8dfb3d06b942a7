import { type CliHome, type CliHomeOptions, createCliHome } from './cli.ts';
import type { TestCluster } from './clusters.ts';

/** A home whose catalog is installed and whose root directory works as worker `w1`, or as the one that is named. */
export async function createWorkerHome(options: CliHomeOptions = {}): Promise<CliHome> {
  const { worker = 'w1' } = options;
  const home = await createCliHome({ worker, ...options });
  try {
    await home.ok(['catalog', 'init']);
    await home.ok(['worker', 'register', worker]);
    await home.ok(['worker', 'init']);
    return home;
  } catch (error) {
    await home.remove();
    throw error;
  }
}

/** Adds the cluster as an instance, reached over its socket as its superuser; returns the instance's id. */
export async function addInstance(home: CliHome, cluster: TestCluster, name: string): Promise<number> {
  const address = `${cluster.instance.host}:${cluster.instance.port}`;
  const added = await home.ok(['instance', 'add', address, '--name', name, '--user', cluster.superuser, '--json']);
  return added.json().id;
}

/** Adds a single dump job for a database under whatever name; returns its id. */
export async function addDumpJob(home: CliHome, instance: string, db: string, ...more: string[]): Promise<number> {
  const added = await home.ok(['dumpjob', 'add', '--instance', instance, `--db=${db}`, '--json', ...more]);
  return added.json().id;
}

/** Adds a single restore job; returns its id. */
export async function addRestoreJob(home: CliHome, dump: number, to: string, db: string): Promise<number> {
  const added = await home.ok(['restorejob', 'add', '--dump', String(dump), '--to', to, `--db=${db}`, '--json']);
  return added.json().id;
}
