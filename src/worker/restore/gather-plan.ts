import { randomBytes } from 'node:crypto';
import type { ToolSet } from '../../core/postgres/tool-choice.ts';
import { concernedBy, goesInto } from '../../core/restore/partial/plan-part.ts';
import { planRestore } from '../../core/restore/plan-restore.ts';
import type { RestorePlan } from '../../core/restore/restore-plan.ts';
import type { RestoreQuestion } from '../../core/restore/restore-question.ts';
import { stagingName } from '../../core/restore/staging-name.ts';
import type { Surroundings } from '../../core/restore/surroundings.ts';
import type { TargetFacts } from '../../core/restore/target-facts.ts';
import type { Connection } from '../../sql/connection.ts';
import { readExistingObjects } from '../../sql/instance/existing-objects.ts';
import { tryLocale } from '../../sql/instance/locale-trial.ts';
import { readDatabase } from '../../sql/instance/read-database.ts';
import { readTargetFacts } from '../../sql/instance/target-facts.ts';
import { freeBytes } from '../repository/room.ts';
import { refuseScript } from '../scripts/refuse-script.ts';
import { chooseRestoreTool } from './choose-restore-tool.ts';
import { isOrdinary } from './ordinary-error.ts';
import type { DumpParts } from './read-dump.ts';
import type { RestoreRun } from './restore-run.ts';

/** A plan with all that it was made of. */
export interface GatheredPlan {
  question: RestoreQuestion;
  plan: RestorePlan;
  tool: ToolSet;
}

/**
 * Asks the target all that a plan depends on, and makes the plan; nothing is changed anywhere. The one way to a plan, for
 * people as for the restore itself.
 * @param control a session in the maintenance database of the target's instance
 * @throws PgSnapManError configuration when no client programs fit
 */
export async function gatherPlan(run: RestoreRun, control: Connection, dump: DumpParts): Promise<GatheredPlan> {
  const { job, destination } = run.task;
  const facts = await readTargetFacts(control, job.dest_dbname);
  const tool = chooseRestoreTool(run.context.tools, facts.server_version_num, dump.toc.dumpVersion);
  const target = await withProperties(run, facts);
  const question: RestoreQuestion = {
    ...dump,
    job,
    destination,
    target,
    tool: tool.version,
    staging: stagingName(job.dest_dbname, randomBytes(4).toString('hex')),
    surroundings: await readSurroundings(run, control, dump, target),
    inside: await readInside(run, dump, target),
  };
  return { question, plan: planRestore(question), tool };
}

/** Properties are read in the database itself: what is said about it is in its own encoding. */
async function withProperties(run: RestoreRun, facts: TargetFacts): Promise<TargetFacts> {
  const { job } = run.task;
  const { existing } = facts;
  if (existing === null || !existing.allow_connections || job.existing_db === 'leave') return facts;
  if (job.properties === 'source') return facts;
  const inside = await run.connect(job.dest_dbname).catch((error) => {
    if (!isOrdinary(error)) throw error;
    return null;
  });
  if (inside === null) return facts;
  try {
    return { ...facts, existing: { ...existing, properties: await readDatabase(inside) } };
  } finally {
    await inside.close();
  }
}

/** The database that is restored into, if it is there. @throws PgSnapManError when it cannot be reached */
async function readInside(run: RestoreRun, { toc }: DumpParts, { existing }: TargetFacts) {
  const { job } = run.task;
  if (existing === null || !goesInto(job)) return null;
  const inside = await run.connect(job.dest_dbname, { session: { row_security: 'off' } });
  try {
    return await readExistingObjects(inside, concernedBy(job, toc.entries));
  } finally {
    await inside.close();
  }
}

async function refusedScripts({ task: { job }, context }: RestoreRun): Promise<string[]> {
  const found: string[] = [];
  for (const when of ['before', 'after'] as const) {
    const script = job[`${when}_script`];
    if (script === null) {
      if (job[`${when}_script_id`] !== null) found.push(`the script ${when} the restore is not known to this worker`);
      continue;
    }
    const refusal = await refuseScript(script, context.scripts);
    if (refusal !== null) found.push(refusal);
  }
  return found;
}

async function readSurroundings(
  run: RestoreRun,
  control: Connection,
  { facts }: DumpParts,
  target: TargetFacts,
): Promise<Surroundings> {
  const { task, context } = run;
  const isHere = control.settings.host.startsWith('/');
  return {
    triggered: task.triggerKind === 'dump',
    forbidden: context.forbiddenTargets,
    scripts: await refusedScripts(run),
    locale: target.in_recovery ? { available: 'unknown', reason: null } : await tryLocale(control, facts.database),
    free: {
      staging: await freeBytes(context.stagingDirectory).catch(() => null),
      target:
        isHere && target.data_directory !== null ? await freeBytes(target.data_directory).catch(() => null) : null,
    },
  };
}
