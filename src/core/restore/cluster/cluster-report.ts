import { versionOfNumber } from '../../postgres/version.ts';
import { dumpPart, type PlanReport, type ReportSurroundings } from '../plan-report.ts';
import type { ClusterPlan, ClusterQuestion } from './plan-cluster.ts';

/**
 * The plan of a restore of a whole cluster in the form of all plans; what is said of one database is empty. The target's
 * database is the one that psql begins in.
 * @param around.tool version of psql
 */
export function reportClusterPlan(
  question: ClusterQuestion,
  plan: ClusterPlan,
  around: ReportSurroundings & { tool: string },
): PlanReport {
  const { job, destination, manifest, facts, target } = question;
  const { version_num: source } = facts.server;
  return {
    restore_job_id: job.id,
    possible: plan.refusals.length === 0,
    dump: dumpPart(question, around),
    target: {
      instance_name: destination.name,
      environment: destination.environment,
      restores: destination.restores,
      dbname: job.dest_dbname,
      same_instance: manifest.instance.id === destination.id,
      exists: true,
      existing_db: 'leave',
      size_bytes: null,
      sessions: [],
      prepared_transactions: [],
      logical_slots: [],
      subscriptions: [],
      properties: 'target',
      user: target.user.name,
    },
    tools: {
      program: 'psql',
      pg_restore_version: around.tool,
      pg_dump_version: manifest.tool_version,
      source_version: manifest.server_version,
      target_version: target.server_version,
      version_gap: versionOfNumber(target.server_version_num).major - versionOfNumber(source).major,
    },
    roles: {
      used: true,
      create: plan.roles,
      existing: facts.roles.map(({ name }) => name).filter((name) => plan.present.roles.has(name)),
      missing: [],
      passwords: facts.passwords,
    },
    extensions: [],
    tablespaces: facts.tablespaces.map(({ name }) => ({
      name,
      target: name,
      exists: plan.present.tablespaces.has(name),
    })),
    locale: { encoding: '', provider: '', collate: '', ctype: '', available: 'unknown' },
    disk: {
      needed_bytes: facts.databases.reduce((sum, { size_bytes }) => sum + (size_bytes ?? 0), 0),
      free_bytes: null,
      staging_needed_bytes: manifest.raw_bytes,
      staging_free_bytes: null,
    },
    steps: plan.steps,
    warnings: plan.warnings,
    notes: plan.notes,
    refusals: plan.refusals,
  };
}
