import type { DatabaseFacts } from '../facts/database-facts.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { Instance, RestoreJob } from '../model/configuration.ts';
import { formatBytes } from '../text/numbers.ts';
import type { Refusal } from './refusal.ts';
import type { LocaleAnswer, TargetFacts } from './target-facts.ts';

/** What else a restore depends on. */
export interface Surroundings {
  /** True: started by the end of the dump that it restores. */
  triggered: boolean;
  /** Instances that this worker's own configuration forbids as targets: names, `host:port`, or `*` for all. */
  forbidden: readonly string[];
  locale: LocaleAnswer;
  /** Why scripts of the job are not run, a sentence each. */
  scripts: readonly string[];
  /** Bytes that are free; null: not known. */
  free: { staging: number | null; target: number | null };
}

interface SurroundingsQuestion {
  job: Pick<RestoreJob, 'dest_dbname' | 'before_script_id' | 'after_script_id'>;
  destination: Pick<Instance, 'name' | 'host' | 'port'>;
  manifest: Pick<Manifest, 'raw_bytes'>;
  facts: Pick<DatabaseFacts, 'database'>;
  target: Pick<TargetFacts, 'existing'>;
  surroundings: Surroundings;
  /** Not null: into a database that exists. */
  inside: unknown;
}

/** What is against the restore that neither the job nor the target's own facts say. */
export function refuseSurroundings(question: SurroundingsQuestion): Refusal[] {
  return [
    ...refuseForbidden(question),
    ...(question.inside === null ? refuseLocale(question) : []),
    ...refuseScripts(question),
    ...refuseRoom(question),
  ];
}

function refuseForbidden({ destination, surroundings: { forbidden } }: SurroundingsQuestion): Refusal[] {
  const { name, host, port } = destination;
  if (!['*', name, `${host}:${port}`].some((entry) => forbidden.includes(entry))) return [];
  const sentence = `the configuration of this worker forbids restores to instance "${name}"`;
  return [{ sentence, hint: 'choose another instance, or change restores.never in the configuration file' }];
}

function refuseScripts({ job, inside, surroundings: { scripts } }: SurroundingsQuestion): Refusal[] {
  const hint = 'add its SHA-256 to scripts.sha256 in the configuration file of the worker, after reading the script';
  const refusals: Refusal[] = scripts.map((sentence) => ({ sentence, hint }));
  if (inside !== null && (job.before_script_id !== null || job.after_script_id !== null)) {
    refusals.push({
      sentence: 'scripts run in a database that nobody can reach yet, and this restore goes into one that people use',
      hint: 'restore into a new database, or leave the scripts out',
    });
  }
  return refusals;
}

function refuseLocale({ surroundings: { locale } }: SurroundingsQuestion): Refusal[] {
  if (locale.available !== 'no') return [];
  return [
    {
      sentence: `the target cannot have a database with the source's encoding and locale: ${locale.reason ?? 'it does not know them'}`,
      hint: 'install this locale on the target, and restart its server',
    },
  ];
}

/** The files are unpacked first; how large the database becomes is an estimate, so that is a warning. */
function refuseRoom({ manifest, surroundings: { free } }: SurroundingsQuestion): Refusal[] {
  if (free.staging === null || free.staging >= manifest.raw_bytes) return [];
  const needed = formatBytes(manifest.raw_bytes);
  return [
    {
      sentence: `unpacking the dump needs ${needed}, and the worker's disk has ${formatBytes(free.staging)}`,
      hint: "make room on the disk of the worker's root directory",
    },
  ];
}

/** Bytes that the restored database will need about, beside the one that is there until it is replaced. */
function neededBytes({ facts }: Pick<SurroundingsQuestion, 'facts'>): number {
  return facts.database.size_bytes;
}

export function roomWarnings(question: SurroundingsQuestion, gone: number): string[] {
  const { free } = question.surroundings;
  const needed = neededBytes(question) - gone;
  if (free.target === null || free.target >= needed) return [];
  return [`the database needs about ${formatBytes(needed)}, and the target's disk has ${formatBytes(free.target)}`];
}
