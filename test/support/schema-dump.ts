import { join } from 'node:path';
import { libpqEnvironment } from '../../src/core/connection/connection-settings.ts';
import { runChild } from '../../src/worker/process/run-child.ts';
import type { TestCluster } from './clusters.ts';

/** The committed dump of the schema that the migrations make. */
export const SCHEMA_FILE = new URL('../../src/sql/schema.sql', import.meta.url);

const HEAD = `-- The schema of the catalog as the migrations make it, for reading and for comparing; nobody runs this file.
-- Made by: node test/support/write-schema.ts
`;

/** What differs between versions of pg_dump, and between runs: comments, session settings, restrict keys, empty lines. */
function normalize(dump: string): string {
  const lines = dump
    .split('\n')
    .filter((line) => !/^(--|\\(un)?restrict |SET [a-z_]+ = |SELECT pg_catalog\.set_config\()/.test(line));
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** The schema of the catalog in a cluster's database, as it is kept in SCHEMA_FILE. */
export async function dumpSchema(cluster: TestCluster, dbname: string): Promise<string> {
  const result = await runChild({
    file: join(cluster.binDirectory, 'pg_dump'),
    args: ['--schema-only', '--no-owner', '--no-privileges', '--schema=pgsnapman'],
    env: libpqEnvironment(cluster.settings(dbname)),
  });
  if (result.exitCode !== 0) throw new Error(`pg_dump: ${result.stderrTail.join('\n')}`);
  return `${HEAD}\n${normalize(result.stdout)}\n`;
}
