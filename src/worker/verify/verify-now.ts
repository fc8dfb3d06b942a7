import { PgSnapManError } from '../../core/errors.ts';
import type { Verification } from '../../core/manifest/dump-state.ts';
import type { Progress } from '../../core/model/activity.ts';
import type { Instance } from '../../core/model/configuration.ts';
import type { VerifyAnswer } from '../../core/model/verify-answer.ts';
import { beginSession, type WorkSession } from '../run/work-session.ts';
import type { WorkerSetup } from '../worker-setup.ts';
import { noteVerification } from './note-verification.ts';
import { verifyDump } from './verify-dump.ts';

export interface VerifyRequest {
  uuid: string;
  level: 2 | 3 | 4;
  /** For level 4: where the scratch database is made. */
  instance?: Instance;
  onProgress?: (progress: Progress) => void;
  /** As the catalog knows it; null: not known. */
  manifestSha256: string | null;
  signal?: AbortSignal;
}

/** Verifies one dump of this worker now and records it. What is wrong with the dump is in the answer. */
export async function verifyNow(worker: WorkerSetup, request: VerifyRequest): Promise<VerifyAnswer> {
  const session = await beginSession(worker);
  const repository = await worker.repository();
  const level = request.level === 4 ? 2 : request.level;
  const verification = await verifyDump(request.uuid, level, {
    repository,
    tools: await worker.tools(),
    stagingFolder: worker.root.staging,
    version: worker.version,
    manifestSha256: request.manifestSha256,
    now: worker.now,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  }).catch((error: unknown) => {
    if (request.signal?.aborted) throw new PgSnapManError('cancelled', 'the verification was cancelled');
    throw error;
  });
  const found = await repository.manifest(request.uuid).catch(() => null);
  const subject =
    found === null ? 'unknown' : `${found.manifest.dbname ?? 'all databases'} on ${found.manifest.instance.name}`;
  await noteVerification(session, { uuid: request.uuid, subject, jobId: found?.manifest.job.id ?? null }, verification);
  const drilled =
    request.instance === undefined || verification.failed !== null
      ? verification
      : await drill(session, { ...request, instance: request.instance }, subject, found?.manifest.job.id ?? null);
  const { uploadAtEnd } = await import('../run/upload-results.ts');
  await uploadAtEnd(session, { wait: true });
  return answerOf(request.uuid, drilled);
}

async function drill(
  session: WorkSession,
  request: VerifyRequest & { instance: Instance },
  subject: string,
  jobId: number | null,
): Promise<Verification> {
  const { drillDump } = await import('./drill.ts');
  const { drill: found, result } = await drillDump(session, { ...request, subject, jobId });
  if (found === null) {
    await (await import('../run/upload-results.ts')).uploadAtEnd(session, { wait: true });
    throw new PgSnapManError(
      result.outcome === 'cancelled' ? 'cancelled' : 'run_failed',
      `the drill could not be done: ${result.message ?? result.outcome}`,
      `\`pgsnapman restorelog show ${result.uuid}\` has its log`,
    );
  }
  const failed = result.message;
  return { level: 4, at: result.ended_at, with: `pg_restore ${result.tool_version ?? '?'}`, failed };
}

function answerOf(uuid: string, { level, at, with: by, failed }: Verification): VerifyAnswer {
  return { uuid, verified_level: level, verified_at: at, verified_with: by, verification_failed: failed };
}
