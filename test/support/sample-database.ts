import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestCluster } from './clusters.ts';

const SAMPLE = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'fixtures', 'sample');

/** Makes a database of this name and loads the sample shop into it. */
export async function loadSample(cluster: TestCluster, dbname: string): Promise<void> {
  const name = `"${dbname.replaceAll('"', '""')}"`;
  await cluster.psql('postgres', `create database ${name} template template0 encoding 'UTF8'`);
  const files = (await readdir(SAMPLE)).filter((file) => file.endsWith('.sql')).sort();
  for (const file of files) await cluster.psql(dbname, await readFile(join(SAMPLE, file), 'utf8'));
}

/** What happens in the shop on the day after. */
export async function loadNextDay(cluster: TestCluster, dbname: string): Promise<void> {
  await cluster.psql(dbname, await readFile(join(SAMPLE, 'next-day', 'change.sql'), 'utf8'));
}
