/** Writes src/sql/schema.sql anew: node test/support/write-schema.ts */
import { writeFileSync } from 'node:fs';
import { startTestCatalog } from './clusters.ts';
import { dumpSchema, SCHEMA_FILE } from './schema-dump.ts';

const cluster = await startTestCatalog();
try {
  writeFileSync(SCHEMA_FILE, await dumpSchema(cluster, 'catalog'));
} finally {
  await cluster.remove();
}
