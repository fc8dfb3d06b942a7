import { join } from 'node:path';
import { catalogConnection } from '../../core/connection/connection-settings.ts';
import { type Connection, connect } from '../../sql/connection.ts';
import { connectionSources } from '../../sql/connection-sources.ts';
import { initEmbeddedCatalog } from '../../worker/cluster/embedded-catalog.ts';
import {
  clusterIsRunning,
  clusterUrl,
  createCluster,
  loadCluster,
  type PrivateCluster,
  startCluster,
  stopCluster,
} from '../../worker/cluster/private-cluster.ts';
import type { DemoFolder } from './demo-folder.ts';

export interface DemoClusters {
  production: PrivateCluster;
  test: PrivateCluster;
  serverVersion: string;
  serverVersionNum: number;
  text: string;
}

/** Two servers on sockets of their own, no TCP port; and the embedded catalog. */
export async function startClusters(folder: DemoFolder): Promise<DemoClusters> {
  const [production, test] = await Promise.all([startOne(folder.production), startOne(folder.test)]);
  await initEmbeddedCatalog(folder.root);
  const version = await asSuperuser(production, 'postgres', async ({ serverVersion, serverVersionNum }) => ({
    serverVersion,
    serverVersionNum,
  }));
  const text = `PostgreSQL ${version.serverVersion}: instances production and test, and the embedded catalog, in ${folder.path}`;
  return { production, test, ...version, text };
}

async function startOne(directory: string): Promise<PrivateCluster> {
  const cluster = await createCluster({ directory, durable: false });
  await startCluster(cluster);
  return cluster;
}

/** Connects to a cluster of the demo as its superuser, works, and closes. */
export async function asSuperuser<T>(
  cluster: PrivateCluster,
  dbname: string,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connect(catalogConnection(clusterUrl(cluster, dbname), connectionSources()));
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/**
 * Stops whatever of the demo runs; each one, also if another can't be stopped. `report` says whether a failure is thrown:
 * after a failed demo the first failure is the one to tell.
 */
export async function stopClusters(folder: DemoFolder, report: boolean): Promise<void> {
  const stopOne = async (directory: string): Promise<void> => {
    const cluster = await loadCluster(directory);
    if (cluster !== null && (await clusterIsRunning(cluster))) await stopCluster(cluster, 'fast');
  };
  const directories = [folder.production, folder.test, join(folder.root, 'catalog')];
  const results = await Promise.allSettled(directories.map(stopOne));
  const failed = results.find((result) => result.status === 'rejected');
  if (report && failed !== undefined) throw failed.reason;
}
