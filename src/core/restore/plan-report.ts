import * as z from 'zod';
import type { Manifest } from '../manifest/manifest.ts';
import { versionOfNumber } from '../postgres/version.ts';
import type { RestorePlan } from './restore-plan.ts';
import type { RestoreQuestion } from './restore-question.ts';

/**
 * A plan for people and for other programs: all that it says, nothing that is secret (statements may hold password
 * hashes and stay with the worker). Sizes are bytes, names are raw.
 */
const names = z.array(z.string());
const bytes = z.number().nullable();
const refusal = z.object({ sentence: z.string(), hint: z.string() });

export const planReportSchema = z.object({
  restore_job_id: z.number().int(),
  /** True: nothing stands against it. */
  possible: z.boolean(),
  dump: z.object({
    uuid: z.string(),
    dbname: z.string().nullable(),
    instance_name: z.string(),
    dump_type: z.string(),
    started_at: z.coerce.date(),
    age_ms: z.number(),
    outcome: z.string(),
    trusted: z.boolean(),
    raw_bytes: z.number(),
    table_count: z.number(),
    row_count: z.number(),
    /** 0 nothing, 1 stored, 2 readable, 3 restorable, 4 drilled; null: the catalog could not be asked. */
    verified_level: z.number().nullable(),
    verified_at: z.coerce.date().nullable(),
  }),
  target: z.object({
    instance_name: z.string(),
    environment: z.string().nullable(),
    restores: z.enum(['allowed', 'confirm', 'never']),
    dbname: z.string(),
    same_instance: z.boolean(),
    exists: z.boolean(),
    /** What becomes of the database that is there; null: there is none. */
    existing_db: z.enum(['rename', 'drop', 'drop_before', 'leave']).nullable(),
    size_bytes: bytes,
    sessions: z.array(z.object({ role: z.string().nullable(), count: z.number(), may_end: z.boolean() })),
    prepared_transactions: names,
    logical_slots: names,
    subscriptions: names,
    properties: z.enum(['source', 'target']),
    user: z.string(),
  }),
  tools: z.object({
    /** What restores; left out: pg_restore. */
    program: z.enum(['pg_restore', 'psql']).optional(),
    pg_restore_version: z.string(),
    pg_dump_version: z.string(),
    source_version: z.string(),
    target_version: z.string(),
    /** Major versions from the source to the target; negative: the target is older. */
    version_gap: z.number(),
  }),
  roles: z.object({ used: z.boolean(), create: names, existing: names, missing: names, passwords: z.boolean() }),
  extensions: z.array(z.object({ name: z.string(), version: z.string().nullable(), available: z.string().nullable() })),
  tablespaces: z.array(z.object({ name: z.string(), target: z.string(), exists: z.boolean() })),
  locale: z.object({
    encoding: z.string(),
    provider: z.string(),
    collate: z.string(),
    ctype: z.string(),
    available: z.enum(['yes', 'no', 'unknown']),
  }),
  disk: z.object({
    needed_bytes: z.number(),
    free_bytes: bytes,
    staging_needed_bytes: z.number(),
    staging_free_bytes: bytes,
  }),
  steps: z.array(z.object({ step: z.string(), text: z.string() })),
  warnings: names,
  notes: names,
  refusals: z.array(refusal),
});
export type PlanReport = z.infer<typeof planReportSchema>;

/** What is known of the dump elsewhere, and when it is asked. */
export interface ReportSurroundings {
  now: Date;
  verified: { level: number; at: Date | null } | null;
}

export function reportPlan(question: RestoreQuestion, plan: RestorePlan, around: ReportSurroundings): PlanReport {
  const { job, manifest, facts, surroundings } = question;
  const { encoding, locale_provider: provider, collate, ctype } = facts.database;
  return {
    restore_job_id: job.id,
    possible: plan.refusals.length === 0,
    dump: dumpPart(question, around),
    target: targetPart(question, plan),
    tools: toolsPart(question),
    roles: rolesPart(question, plan),
    extensions: extensionsPart(question, plan),
    tablespaces: plan.tablespaces.wanted.map(({ name, target }) => ({
      name,
      target,
      exists: question.target.tablespaces.includes(target),
    })),
    locale: { encoding, provider, collate, ctype, available: surroundings.locale.available },
    disk: {
      needed_bytes: facts.database.size_bytes,
      free_bytes: surroundings.free.target,
      staging_needed_bytes: manifest.raw_bytes,
      staging_free_bytes: surroundings.free.staging,
    },
    steps: plan.steps,
    warnings: plan.warnings,
    notes: plan.notes,
    refusals: plan.refusals,
  };
}

/** What a report says of the dump. */
export function dumpPart(
  { manifest }: { manifest: Manifest },
  { now, verified }: ReportSurroundings,
): PlanReport['dump'] {
  const { uuid, dbname, dump_type, started_at, outcome, trusted, raw_bytes, table_count, row_count } = manifest;
  return {
    uuid,
    dbname,
    instance_name: manifest.instance.name,
    dump_type,
    started_at,
    age_ms: Math.max(0, now.getTime() - started_at.getTime()),
    outcome,
    trusted,
    raw_bytes,
    table_count,
    row_count,
    verified_level: verified?.level ?? null,
    verified_at: verified?.at ?? null,
  };
}

function targetPart({ job, destination, target }: RestoreQuestion, plan: RestorePlan): PlanReport['target'] {
  const { existing } = target;
  return {
    instance_name: destination.name,
    environment: destination.environment,
    restores: destination.restores,
    dbname: job.dest_dbname,
    same_instance: plan.sameInstance,
    exists: existing !== null,
    existing_db: existing === null ? null : job.existing_db,
    size_bytes: existing?.size_bytes ?? null,
    sessions: existing?.sessions ?? [],
    prepared_transactions: existing?.prepared_transactions ?? [],
    logical_slots: existing?.logical_slots ?? [],
    subscriptions: existing?.subscriptions ?? [],
    properties: plan.propertiesOf,
    user: target.user.name,
  };
}

function toolsPart({ manifest, toc, target, tool }: RestoreQuestion): PlanReport['tools'] {
  return {
    pg_restore_version: tool.text,
    pg_dump_version: toc.dumpVersion,
    source_version: manifest.server_version,
    target_version: target.server_version,
    version_gap: versionOfNumber(target.server_version_num).major - versionOfNumber(manifest.server_version_num).major,
  };
}

/** Missing: the dump needs them, and the target neither has nor gets them. */
function rolesPart({ facts, target, job }: RestoreQuestion, { roles, changes }: RestorePlan): PlanReport['roles'] {
  const there = new Set([...target.roles.map(({ name }) => name), ...(roles?.create ?? [])]);
  const missing = facts.roles.map(({ name }) => changes.roles.get(name) ?? name).filter((name) => !there.has(name));
  return {
    used: roles !== null,
    create: roles?.create ?? [],
    existing: roles?.existing ?? [],
    missing: [...new Set(missing)],
    passwords: job.passwords,
  };
}

function extensionsPart({ facts, target }: RestoreQuestion, { selection }: RestorePlan): PlanReport['extensions'] {
  return selection.entries
    .filter(({ desc }) => desc === 'EXTENSION')
    .map(({ tag: name }) => ({
      name,
      version: facts.extensions.find((extension) => extension.name === name)?.version ?? null,
      available: target.extensions.find((extension) => extension.name === name)?.default_version ?? null,
    }));
}
