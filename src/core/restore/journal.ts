import * as z from 'zod';
import { instanceSchema } from '../model/configuration.ts';
import { type RestoreResult, restoreResultSchema } from '../model/results.ts';

/**
 * What a restore has done to its target so far, as it lies in the run's folder: enough to undo it or to see that it is
 * done, after whatever end. Written before each step that it allows to heal:
 * 1. `started`, with the roles that will be created, before the first of them;
 *    `clearing`, if the existing database goes first, with its OID and the name it gets before it is dropped;
 * 2. `creating`, with the staging database's name, which nobody else has, before `create database`;
 * 3. `created`, with its OID, which from now on tells it from every other database;
 * 4. `renaming` before the one transaction that gives it the target's name, and the replaced database another one;
 * 5. `renamed`, with the result of the run, when that has been committed.
 */
export const journalSchema = z.object({
  format: z.literal(1),
  run_uuid: z.uuid(),
  instance: instanceSchema.pick({
    name: true,
    host: true,
    port: true,
    username: true,
    service: true,
    sslmode: true,
    maintenance_db: true,
  }),
  target: z.string(),
  staging: z.string(),
  step: z.enum(['started', 'clearing', 'creating', 'created', 'renaming', 'renamed']),
  staging_oid: z.number().int().nullable(),
  /** The database that is replaced, and its other name: for ever (`rename`), or until it is dropped. */
  replaced: z
    .object({ way: z.enum(['rename', 'drop', 'drop_before']), oid: z.number().int(), kept_as: z.string() })
    .nullable()
    .default(null),
  /** The one transaction of a restore into a database that exists, as `txid_current` gives it, before it is committed. */
  transaction: z.string().nullable().default(null),
  /** Roles that the run creates. */
  roles: z.array(z.string()),
  /** Statements that give back memberships which were taken for the time of the run. */
  give_back: z.array(z.string()),
  result: restoreResultSchema.nullable(),
});
export type Journal = z.infer<typeof journalSchema>;

/** What is to be done about a run that died. */
export type Healing =
  | { action: 'nothing'; reason: 'no database' | 'not ours any more'; name: string | null }
  | { action: 'finished' }
  | { action: 'drop'; oid: number };

/**
 * Decides from the journal and the target's databases. With an OID the name only confirms: a database that carries
 * neither of our two names has been taken over by somebody.
 */
export function decideHealing(
  { staging, staging_oid, target, step }: Journal,
  databases: readonly { name: string; oid: number }[],
): Healing {
  if (step === 'started' || step === 'clearing') return { action: 'nothing', reason: 'no database', name: null };
  const found = databases.find(({ name, oid }) => (staging_oid === null ? name === staging : oid === staging_oid));
  if (found === undefined) return { action: 'nothing', reason: 'no database', name: null };
  if (found.name === staging) return { action: 'drop', oid: found.oid };
  if (found.name === target) return { action: 'finished' };
  return { action: 'nothing', reason: 'not ours any more', name: found.name };
}

/** What is to be done about the database that was replaced, once the staging database has been seen to. */
export type ReplacedHealing =
  | { action: 'nothing' }
  /** It has no name that anybody knows, and nothing took its place: it gets its own back. */
  | { action: 'give back'; oid: number }
  | { action: 'drop'; oid: number };

/** @param finished the staging database has got the target's name */
export function decideReplaced(
  { replaced, target }: Pick<Journal, 'replaced' | 'target'>,
  databases: readonly { name: string; oid: number }[],
  finished: boolean,
): ReplacedHealing {
  const found = databases.find(({ oid }) => oid === replaced?.oid);
  if (replaced === null || found === undefined || found.name !== replaced.kept_as) return { action: 'nothing' };
  if (!finished) {
    return databases.some(({ name }) => name === target)
      ? { action: 'nothing' }
      : { action: 'give back', oid: found.oid };
  }
  return replaced.way === 'rename' ? { action: 'nothing' } : { action: 'drop', oid: found.oid };
}

/** The database that a finished restore has kept, as its result names it. */
export function undoOf({ replaced }: Pick<Journal, 'replaced'>): Pick<RestoreResult, 'undo_dbname' | 'undo_oid'> {
  if (replaced?.way !== 'rename') return { undo_dbname: null, undo_oid: null };
  return { undo_dbname: replaced.kept_as, undo_oid: replaced.oid };
}
