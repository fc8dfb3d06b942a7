import type { ClusterFacts } from '../../facts/cluster-facts.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import type { Instance, RestoreJob } from '../../model/configuration.ts';
import { countOf, formatBytes } from '../../text/numbers.ts';
import type { Refusal } from '../refusal.ts';
import type { TargetFacts } from '../target-facts.ts';
import type { PresentOnTarget } from './cluster-filter.ts';

export interface ClusterQuestion {
  job: RestoreJob;
  destination: Instance;
  manifest: Manifest;
  facts: ClusterFacts;
  target: Pick<
    TargetFacts,
    'roles' | 'databases' | 'tablespaces' | 'user' | 'in_recovery' | 'server_version_num' | 'server_version'
  >;
}

export interface ClusterPlan {
  present: PresentOnTarget;
  /** Databases that are made, by name. */
  databases: string[];
  /** Roles that are made. */
  roles: string[];
  steps: { step: string; text: string }[];
  refusals: Refusal[];
  warnings: string[];
  notes: string[];
}

/** Databases that every server has, and that pg_dumpall restores into without creating them. */
const ALWAYS_THERE: readonly string[] = ['template0', 'template1', 'postgres'];
const major = (versionNum: number): number => Math.floor(versionNum / 10_000);
const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

/** What a restore of a whole cluster would do on a target, and what stands against it. */
export function planCluster(question: ClusterQuestion): ClusterPlan {
  const { manifest, facts, target, job } = question;
  const there = target.databases.map(({ name }) => name);
  const present: PresentOnTarget = {
    roles: new Set(target.roles.map(({ name }) => name)),
    tablespaces: new Set(target.tablespaces),
    databases: new Set(there.filter((name) => !ALWAYS_THERE.includes(name))),
  };
  const made = facts.databases.map(({ name }) => name).filter((name) => !ALWAYS_THERE.includes(name));
  const databases = made.filter((name) => !present.databases.has(name));
  const kept = made.filter((name) => present.databases.has(name));
  const roles = facts.roles.map(({ name }) => name).filter((name) => !present.roles.has(name));
  const untouched = facts.roles.map(({ name }) => name).filter((name) => present.roles.has(name));
  return {
    present,
    databases,
    roles,
    steps: [
      { step: 'unpack', text: `unpack the stream of pg_dumpall (${formatBytes(manifest.raw_bytes)}) and check it` },
      { step: 'roles', text: `create ${countOf(roles.length, 'role')}${roles.length === 0 ? '' : `: ${list(roles)}`}` },
      {
        step: 'databases',
        text: `create ${countOf(databases.length, 'database')}${databases.length === 0 ? '' : `: ${list(databases)}`}`,
      },
      { step: 'check', text: 'check that all of them are there; analyze them' },
    ],
    refusals: [...refuse(question), ...(job.force ? [] : refuseFull(present.databases, question.destination))],
    warnings: [
      ...kept.map((name) => `database "${name}" exists on the target and is left as it is`),
      ...(facts.passwords ? [] : ['the dump has no passwords of roles']),
    ],
    notes: [
      'nothing is undone if it fails: what has been made until then stays',
      ...(untouched.length === 0 ? [] : [`roles that exist are left as they are: ${list(untouched)}`]),
    ],
  };
}

function refuseFull(databases: ReadonlySet<string>, { name }: Instance): Refusal[] {
  if (databases.size === 0) return [];
  const sentence = `instance "${name}" has databases already: ${list([...databases])}`;
  return [{ sentence, hint: 'restore into an empty instance, or with --force, which leaves what exists as it is' }];
}

function refuse({ destination, manifest, target, job }: ClusterQuestion): Refusal[] {
  const refusals: Refusal[] = [];
  const against = (sentence: string, hint: string) => refusals.push({ sentence, hint });
  if (destination.restores === 'never') {
    against(`instance "${destination.name}" takes no restores`, 'choose another instance, or change its setting');
  }
  if (!manifest.trusted) {
    against(
      'dumps of a whole cluster are not restored from an instance that is not trusted',
      'restore its databases one by one from full dumps',
    );
  }
  if (target.in_recovery) against(`instance "${destination.name}" is a standby`, 'restore to its primary');
  if (!target.user.superuser) {
    against(`role "${target.user.name}" is no superuser`, 'roles and databases of others need one');
  }
  if (major(target.server_version_num) < major(manifest.server_version_num)) {
    against(
      `the target has version ${target.server_version}, the dump is of ${manifest.server_version}`,
      'restore to a server that is not older',
    );
  }
  const partial = job.schemas.length > 0 || job.tables.length > 0 || job.restore_type !== 'full';
  if (partial || job.options.length > 0 || job.schema_as !== null || job.existing_db !== 'leave') {
    against(
      'a dump of a whole cluster is restored as a whole, without options',
      'leave out schemas, tables, type, options and what to do with an existing database',
    );
  }
  if (job.before_script_id !== null || job.after_script_id !== null) {
    against('a restore of a whole cluster runs no scripts', 'restore the database alone from a full dump');
  }
  return refusals;
}
