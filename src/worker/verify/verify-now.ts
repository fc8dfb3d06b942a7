import { PgSnapManError } from '../../core/errors.ts';
import type { Verification } from '../../core/manifest/dump-state.ts';
import type { VerifyAnswer } from '../../core/model/verify-answer.ts';
import { beginSession } from '../run/work-session.ts';
import type { WorkerSetup } from '../worker-setup.ts';
import { noteVerification } from './note-verification.ts';
import { verifyDump } from './verify-dump.ts';

export interface VerifyRequest {
  uuid: string;
  level: 2 | 3;
  /** As the catalog knows it; null: not known. */
  manifestSha256: string | null;
  signal?: AbortSignal;
}

/** Verifies one dump of this worker now and records it. What is wrong with the dump is in the answer. */
export async function verifyNow(worker: WorkerSetup, request: VerifyRequest): Promise<VerifyAnswer> {
  const session = await beginSession(worker);
  const repository = await worker.repository();
  const verification = await verifyDump(request.uuid, request.level, {
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
  const { uploadAtEnd } = await import('../run/upload-results.ts');
  await uploadAtEnd(session, { wait: true });
  return answerOf(request.uuid, verification);
}

export function answerOf(uuid: string, { level, at, with: by, failed }: Verification): VerifyAnswer {
  return { uuid, verified_level: level, verified_at: at, verified_with: by, verification_failed: failed };
}
