import * as z from 'zod';

// What workers answer to questions about themselves, their repository and the servers that they reach.

const count = z.number().int();

/** The answer to `repository_status`; sizes in bytes. */
export const repositoryAnswerSchema = z.object({
  repository_id: z.string(),
  format_version: count,
  dump_count: count,
  raw_bytes: count,
  stored_bytes: count,
  free_bytes: count.nullable(),
});

/** The answer to `check`. A problem names the folders of the dumps that cannot be restored because of it. */
export const checkAnswerSchema = z.object({
  dumps: count,
  blocks: count,
  read_bytes: count,
  problems: z.array(z.object({ subject: z.string(), reason: z.string(), dumps: z.array(z.string()) })),
});
export type CheckAnswer = z.infer<typeof checkAnswerSchema>;

/** The answer to `prune`. */
export const pruneAnswerSchema = z.object({
  removed_packs: count,
  freed_bytes: count,
  moved_blocks: count,
  /** True: more goes when what is being read or written is done. */
  postponed: z.boolean(),
  dry_run: z.boolean(),
});
export type PruneAnswer = z.infer<typeof pruneAnswerSchema>;

/** The answer to `doctor` and `test_instance`. */
export const findingsAnswerSchema = z.object({
  findings: z.array(
    z.object({
      check: z.string(),
      level: z.enum(['ok', 'warning', 'error']),
      text: z.string(),
      hint: z.string().nullable(),
    }),
  ),
});

/** The answer to `list_databases`. */
export const databasesAnswerSchema = z.object({
  databases: z.array(
    z.object({ name: z.string(), size_bytes: z.number().nullable(), owner: z.string(), encoding: z.string() }),
  ),
});
