import type { Manifest } from '../manifest/manifest.ts';
import type { Instance, RestoreJob } from '../model/configuration.ts';
import { countOf } from '../text/numbers.ts';
import type { Refusal } from './refusal.ts';
import type { ExistingDatabase, TargetFacts } from './target-facts.ts';

/** How an existing database makes way for the restored one. */
export type ReplaceWay = 'rename' | 'drop' | 'drop_before';

export interface ExistingPlan {
  /** Null: there is nothing to replace. */
  replaces: { way: ReplaceWay; oid: number } | null;
  refusals: Refusal[];
  warnings: string[];
}

interface ExistingQuestion {
  job: Pick<RestoreJob, 'dest_dbname' | 'existing_db' | 'properties'>;
  destination: Pick<Instance, 'name' | 'maintenance_db'>;
  manifest: Pick<Manifest, 'dbname'>;
  target: Pick<TargetFacts, 'existing' | 'user'>;
  sameInstance: boolean;
  /** True: started by the dump that it restores, not by a person or a schedule. */
  triggered: boolean;
}

/** What becomes of the database that has the target's name already, and all that stands against it. */
export function planExisting(question: ExistingQuestion): ExistingPlan {
  const { job, target } = question;
  const { existing } = target;
  if (existing === null) return { replaces: null, refusals: refuseOwnSource(question), warnings: [] };
  if (job.existing_db === 'leave') return { replaces: null, refusals: [refuseLeave(question)], warnings: [] };
  return {
    replaces: { way: job.existing_db, oid: existing.oid },
    refusals: [
      ...refuseOwnSource(question),
      ...refuseSpecial(question, existing),
      ...refuseHeld(question, existing),
      ...refuseRights(question, existing),
    ],
    warnings: warnOf(job.existing_db, job.dest_dbname, existing),
  };
}

const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

function refuseLeave({ job: { dest_dbname: name }, destination }: ExistingQuestion): Refusal {
  return {
    sentence: `database "${name}" exists already on ${destination.name}`,
    hint: 'choose another name for the target database, or say what becomes of the one that is there: existing_db rename, drop or drop_before',
  };
}

/** A dump that ends must not set its own source back to what it was when the dump began. */
function refuseOwnSource({ job, manifest, sameInstance, triggered }: ExistingQuestion): Refusal[] {
  if (!triggered || !sameInstance || manifest.dbname !== job.dest_dbname) return [];
  return [
    {
      sentence: `the dump that triggers this restore was taken of the same database "${job.dest_dbname}"`,
      hint: 'restore to another instance or under another name',
    },
  ];
}

function refuseSpecial(
  { job: { dest_dbname: name, properties }, destination }: ExistingQuestion,
  existing: ExistingDatabase,
): Refusal[] {
  const refusals: Refusal[] = [];
  if (name === destination.maintenance_db) {
    refusals.push({
      sentence: `database "${name}" cannot be replaced, as it is the maintenance database of ${destination.name}`,
      hint: 'let the instance use another maintenance database',
    });
  }
  if (existing.is_template) {
    refusals.push({
      sentence: `database "${name}" on ${destination.name} is a template`,
      hint: 'choose another name, or mark it as no template first',
    });
  }
  if (properties !== 'source' && existing.properties === null) {
    refusals.push({
      sentence: `the properties of database "${name}" on ${destination.name} cannot be read, as nobody can connect to it`,
      hint: 'use properties source, or allow connections to it',
    });
  }
  return refusals;
}

/** What would make renaming or dropping fail at the very end. */
function refuseHeld({ job, destination }: ExistingQuestion, existing: ExistingDatabase): Refusal[] {
  const where = `database "${job.dest_dbname}" on ${destination.name}`;
  const refusals: Refusal[] = [];
  if (existing.prepared_transactions.length > 0) {
    refusals.push({
      sentence: `${where} has prepared transactions: ${list(existing.prepared_transactions)}`,
      hint: 'commit or roll them back',
    });
  }
  if (job.existing_db === 'rename') return refusals;
  if (existing.logical_slots.length > 0) {
    refusals.push({
      sentence: `${where} has logical replication slots and cannot be dropped: ${list(existing.logical_slots)}`,
      hint: 'drop the slots, or use existing_db rename',
    });
  }
  if (existing.subscriptions.length > 0) {
    refusals.push({
      sentence: `${where} has subscriptions and cannot be dropped: ${list(existing.subscriptions)}`,
      hint: 'drop the subscriptions, or use existing_db rename',
    });
  }
  return refusals;
}

function refuseRights({ job, destination, target: { user } }: ExistingQuestion, existing: ExistingDatabase): Refusal[] {
  const refusals: Refusal[] = [];
  if (!user.superuser && !existing.owned) {
    refusals.push({
      sentence: `role "${user.name}" may not replace database "${job.dest_dbname}" on ${destination.name}, which belongs to "${existing.owner}"`,
      hint: 'make it a member of the owner',
    });
  }
  const closed = existing.sessions.filter(({ may_end }) => !may_end).map(({ role }) => role ?? 'the server');
  if (closed.length > 0) {
    refusals.push({
      sentence: `role "${user.name}" may not end the sessions of these roles in database "${job.dest_dbname}": ${list(closed)}`,
      hint: 'end them, or grant pg_signal_backend (sessions of superusers can be ended by superusers only)',
    });
  }
  return refusals;
}

function warnOf(way: ReplaceWay, name: string, existing: ExistingDatabase): string[] {
  const warnings: string[] = [];
  if (way === 'drop_before') {
    warnings.push(`database "${name}" is dropped before the restore: if that fails, there is none`);
  }
  if (way !== 'rename') return warnings;
  if (existing.subscriptions.length > 0) {
    warnings.push(`subscriptions stay with the replaced database: ${list(existing.subscriptions)}`);
  }
  if (existing.logical_slots.length > 0) {
    warnings.push(`logical replication slots stay with the replaced database: ${list(existing.logical_slots)}`);
  }
  return warnings;
}

/** Sessions in a database, for people: `12 sessions (app 10, report 2)`. */
export function sessionsText({ sessions }: Pick<ExistingDatabase, 'sessions'>): string {
  const total = sessions.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return 'no sessions';
  const each = sessions.map(({ role, count }) => `${role === null ? 'the server' : `"${role}"`} ${count}`);
  return `${countOf(total, 'session')} (${each.join(', ')})`;
}
