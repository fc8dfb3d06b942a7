import type { Demand } from '../../core/dump/on-demand.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { Manifest } from '../../core/manifest/manifest.ts';
import type { DumpJob, Instance } from '../../core/model/configuration.ts';
import type { Outcome } from '../../core/model/outcome.ts';
import type { DumpContent, DumpResult } from '../../core/model/results.ts';
import { dumpResultOf } from '../../core/queue/unfinished-results.ts';
import type { RunContext } from '../run/run-context.ts';

/** What a dump is asked to be: a job, taken now. */
export interface DumpTask {
  uuid: string;
  job: DumpJob;
  instance: Instance;
  triggerKind: DumpResult['trigger_kind'];
  dueAt: Date | null;
  /** What the database said when it was asked; left out: it was not asked. */
  demand?: Demand;
}

/** Something that ended without a dump. */
export interface FailedRun {
  outcome: Extract<Outcome, 'failed' | 'cancelled' | 'stalled'>;
  message: string;
  errorCode: ErrorCode;
  startedAt: Date;
  serverVersion: string | null;
  toolVersion: string | null;
  databaseBytes: number | null;
  warnings: string[];
  logTail: string;
}

/** The result of a run that made no dump. */
export function failedDumpResult(task: DumpTask, context: RunContext, run: FailedRun): DumpResult {
  const { uuid, job, instance, triggerKind, dueAt } = task;
  const { outcome, message, warnings, startedAt } = run;
  const { worker, version } = context;
  const ending = { outcome, message, warnings, startedAt, endedAt: later(context.now(), startedAt), worker, version };
  return {
    ...dumpResultOf({ uuid, job, instance, trigger_kind: triggerKind, due_at: dueAt }, ending),
    database_bytes: run.databaseBytes,
    server_version: run.serverVersion,
    tool_version: run.toolVersion,
    error_code: run.errorCode,
    log_tail: run.logTail,
  };
}

/**
 * The result that belongs to a manifest: for a dump that has just been committed, and for one whose process died before it
 * could tell (then without the end of its log).
 * @param manifestSha256 SHA-256 of the manifest as it lies in the repository
 */
export function dumpResultFromManifest(
  manifest: Manifest,
  manifestSha256: string,
  content: DumpContent,
  logTail: string | null = null,
): DumpResult {
  const { format: _format, repository_id: _repository, side_files: _files, trusted: _trusted, ...rest } = manifest;
  const { worker, job, instance, server_version_num: _versionNum, ...copied } = rest;
  return {
    ...copied,
    dump_job_id: job.id,
    worker_id: worker.id,
    worker_name: worker.name,
    instance_id: instance.id,
    instance_name: instance.name,
    instance_host: instance.host,
    instance_port: instance.port,
    manifest_sha256: manifestSha256,
    verified_level: 1,
    message: null,
    error_code: null,
    log_tail: logTail,
    content,
  };
}

/** A clock that was set back must not make a run end before it started: the catalog refuses that. */
export function later(time: Date, start: Date): Date {
  return time < start ? start : time;
}
