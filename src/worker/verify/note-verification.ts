import type { DumpState, Verification } from '../../core/manifest/dump-state.ts';
import { FIRST_STATE, stateAfter } from '../../core/manifest/dump-state.ts';
import { uploadVerification } from '../../sql/catalog/dump-states.ts';
import { faultPoint } from '../fault.ts';
import { connectToCatalog } from '../run/reach-catalog.ts';
import type { WorkSession } from '../run/work-session.ts';

export interface VerifiedDump {
  uuid: string;
  /** What was dumped, for people. */
  subject: string;
  jobId: number | null;
}

/**
 * Writes what a verification found beside the manifest, then into the catalog if that is there (otherwise the next
 * cleaning does), and tells of a dump that has become bad, or good again.
 */
export async function noteVerification(
  session: WorkSession,
  { uuid, subject, jobId }: VerifiedDump,
  verification: Verification,
): Promise<DumpState> {
  const repository = await session.worker.repository();
  // A manifest that cannot be read has no state beside it that could be found.
  const before = await repository.state(uuid).catch(() => null);
  const after = stateAfter(before ?? FIRST_STATE, verification);
  if (before !== null) await repository.setState(uuid, after);
  faultPoint('verify.done');
  await upload(session, uuid, after);
  const about = { job_class: 'verify', job_id: jobId } as const;
  const was = before?.verification_failed ?? null;
  if (after.verification_failed !== null && was === null) {
    const text = `dump ${uuid} of ${subject} failed its verification and does not count as good any more: ${after.verification_failed}`;
    await session.reporter.report('critical', text, about);
  } else if (after.verification_failed === null && was !== null) {
    await session.reporter.report('info', `dump ${uuid} of ${subject} is whole again`, about);
  }
  return after;
}

async function upload(session: WorkSession, uuid: string, state: DumpState): Promise<void> {
  const catalog = await connectToCatalog(session).catch(() => null);
  if (catalog === null) return;
  try {
    await uploadVerification(catalog, uuid, state);
  } catch (error) {
    session.reporter.log({ level: 'warning', text: `a verification was not uploaded: ${(error as Error).message}` });
  } finally {
    await catalog.close();
  }
}
