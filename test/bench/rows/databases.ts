import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startTestCluster, type TestCluster } from '../../support/clusters.ts';

const GENERATE = fileURLToPath(new URL('../../../fixtures/bulk/generate.ts', import.meta.url));

/** A server for benchmarks: no fsync, so that disks do not decide, and room for its tables in memory. */
export function startBenchCluster(settings: Record<string, string | number> = {}): Promise<TestCluster> {
  return startTestCluster({ settings: { shared_buffers: '512MB', max_wal_size: '8GB', ...settings } });
}

export async function bulkDatabase(cluster: TestCluster, name: string, megabytes: number): Promise<string> {
  await cluster.psql('postgres', `create database "${name}"`);
  generate(cluster.url(name), '--size', `${megabytes}MB`);
  await cluster.psql(name, 'checkpoint');
  return cluster.url(name);
}

/** What a day changes: one row in 101 of every table, evenly, and 1 % appended. */
export function nextDay(url: string, kind = 'both'): void {
  generate(url, '--next-day', '--kind', kind);
}

function generate(url: string, ...args: string[]): void {
  execFileSync(process.execPath, [GENERATE, '--url', url, ...args], { stdio: 'ignore' });
}
