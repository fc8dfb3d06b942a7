import * as z from 'zod';

/**
 * What is true of a whole instance when it is dumped by pg_dumpall: enough to plan a restore without reading the stream.
 * Names are raw (unquoted), sizes are bytes.
 */
export const clusterFactsSchema = z.object({
  format: z.literal(1),
  server: z.object({ version: z.string(), version_num: z.number().int() }),
  databases: z.array(
    z.object({
      name: z.string(),
      owner: z.string(),
      encoding: z.string(),
      /** Null: the dumping role may not know it. */
      size_bytes: z.number().nullable(),
    }),
  ),
  /** All but those that come with the server (`pg_…`). */
  roles: z.array(z.object({ name: z.string(), superuser: z.boolean(), login: z.boolean(), bootstrap: z.boolean() })),
  tablespaces: z.array(z.object({ name: z.string(), location: z.string() })),
  /** True: the dump has the password hashes of the roles. */
  passwords: z.boolean(),
});
export type ClusterFacts = z.infer<typeof clusterFactsSchema>;
