import { type ConnectionSettings, libpqEnvironment } from '../connection/connection-settings.ts';
import type { Instance, ScriptText } from '../model/configuration.ts';
import { plain } from '../text/plain.ts';

/** When a script runs, as PGSNAPMAN_PURPOSE says it. */
export type ScriptPurpose = 'dump' | 'before-dump' | 'after-dump' | 'after-restore';

/** What a script is told of the run that it belongs to. */
export interface ScriptSubject {
  script: Pick<ScriptText, 'name'>;
  purpose: ScriptPurpose;
  /** Identity of the dump or restore run. */
  uuid: string;
  jobId: number;
  workerName: string;
  instance: Pick<Instance, 'name'>;
  /** Null: it is about all databases. */
  dbname: string | null;
  triggerKind: string;
  /** Session name on the server, by which processes are found again too. */
  applicationName: string;
  /** To the database, or to the maintenance database. */
  connection: ConnectionSettings;
}

/** How a run ended, for the script after it. */
export interface ScriptOutcome {
  outcome: string;
  message: string | null;
  warnings: readonly string[];
  /** Folder of the dump in the repository; null: there is none. */
  dumpFolder: string | null;
  dumpUuid: string | null;
  /** Path of the repository. */
  repository: string;
}

/** Variables of the worker's own environment that a script sees. */
const OWN = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LD_LIBRARY_PATH'];

/**
 * The whole environment of a script. No secret is in it: a password that we know from a service file or PGPASSWORD is
 * left out, the script has the password file of the worker's account.
 */
export function scriptEnvironment(
  subject: ScriptSubject,
  own: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const { PGPASSWORD: _password, ...libpq } = libpqEnvironment(subject.connection);
  const passed = Object.entries(own).filter(([name, value]) => value !== undefined && OWN.includes(name));
  return {
    ...(Object.fromEntries(passed) as Record<string, string>),
    LC_ALL: 'C',
    ...libpq,
    PGAPPNAME: subject.applicationName,
    PGSNAPMAN_PURPOSE: subject.purpose,
    PGSNAPMAN_SCRIPT: subject.script.name,
    PGSNAPMAN_RUN: subject.uuid,
    PGSNAPMAN_JOB: String(subject.jobId),
    PGSNAPMAN_WORKER: subject.workerName,
    PGSNAPMAN_INSTANCE: subject.instance.name,
    PGSNAPMAN_DATABASE: subject.dbname ?? '',
    PGSNAPMAN_TRIGGER: subject.triggerKind,
  };
}

/** What the script after a run sees besides. */
export function outcomeEnvironment(end: ScriptOutcome): Record<string, string> {
  return {
    PGSNAPMAN_OUTCOME: end.outcome,
    PGSNAPMAN_MESSAGE: plain(end.message ?? ''),
    PGSNAPMAN_WARNINGS: String(end.warnings.length),
    PGSNAPMAN_DUMP: end.dumpFolder ?? '',
    PGSNAPMAN_DUMP_UUID: end.dumpUuid ?? '',
    PGSNAPMAN_REPOSITORY: end.repository,
  };
}
