import type { DatabaseFacts } from '../facts/database-facts.ts';
import type { DumpJob } from '../model/configuration.ts';

/**
 * Sizes in bytes of the tables whose data is dumped, as the server knows them: not what their text will take, but near
 * enough to tell how far a dump is.
 * @param tables exact tables that the job names, and what belongs to them; none: all
 */
export function chosenTableBytes(
  job: Pick<DumpJob, 'dump_type' | 'schemas'>,
  tables: readonly { schema: string; name: string }[],
  facts: DatabaseFacts,
): number[] {
  if (job.dump_type === 'schema') return [];
  const named = new Set(tables.map(({ schema, name }) => JSON.stringify([schema, name])));
  return facts.tables
    .filter(
      ({ kind, schema, name }) =>
        kind === 'table' &&
        (job.schemas.length === 0 || job.schemas.includes(schema)) &&
        (named.size === 0 || named.has(JSON.stringify([schema, name]))),
    )
    .map((table) => table.size_bytes);
}
