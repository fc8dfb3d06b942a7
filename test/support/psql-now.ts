import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { TestCluster } from './clusters.ts';

/** Runs SQL at once, while the caller stands still. */
export function psqlNow(cluster: TestCluster, dbname: string, sql: string): string {
  const { host, port, user } = cluster.settings(dbname);
  const env = { ...process.env, PGHOST: host, PGPORT: String(port), PGUSER: user, PGDATABASE: dbname };
  return execFileSync(join(cluster.binDirectory, 'psql'), ['-XAtqc', sql], { env, encoding: 'utf8' }).trimEnd();
}
