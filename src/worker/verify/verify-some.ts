import { PgSnapManError } from '../../core/errors.ts';
import type { Verification } from '../../core/manifest/dump-state.ts';
import type { Manifest } from '../../core/manifest/manifest.ts';
import { isGood } from '../../core/model/outcome.ts';
import { chooseToVerify } from '../../core/retention/choose-to-verify.ts';
import { countOf } from '../../core/text/numbers.ts';
import type { UnreadableDump } from '../repository/repository.ts';
import { freeBytes } from '../repository/room.ts';
import type { WorkSession } from '../run/work-session.ts';
import { noteVerification } from './note-verification.ts';
import { verifyDump } from './verify-dump.ts';

/**
 * Verifies a part of the dumps that are not verified yet, oldest first, and looks again at those that were found damaged:
 * the next dump may have made them whole. Works without the catalog too.
 */
export async function verifySome(session: WorkSession, signal: AbortSignal): Promise<void> {
  const { worker, reporter, configuration } = session;
  const repository = await worker.repository();
  const { manifests, unreadable } = await repository.list();
  for (const dump of unreadable) await tellUnreadable(session, dump);
  const states = await repository.states();
  const percent = configuration?.worker.verify_percent ?? Number(configuration?.settings.verify_percent ?? 20);
  const good = manifests.filter(({ outcome }) => isGood(outcome));
  const chosen = chooseToVerify(good, (uuid) => states.get(uuid), percent);
  let failed = 0;
  for (const manifest of chosen) {
    if (signal.aborted) return;
    const verification = await verifyAsFarAsPossible(session, manifest, signal);
    if (verification === null) continue;
    const subject = `${manifest.dbname ?? 'all databases'} on ${manifest.instance.name}`;
    const verified = { uuid: manifest.uuid, subject, jobId: manifest.job.id };
    const state = await noteVerification(session, verified, verification);
    if (state.verification_failed !== null) failed += 1;
  }
  reporter.log({ level: 'info', text: `verification: ${countOf(chosen.length, 'dump')}, ${failed} failed` });
}

/** Level 3, else 2 where there are no tools for it. Null: not possible now, which is told once. */
async function verifyAsFarAsPossible(
  { worker, reporter }: WorkSession,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<Verification | null> {
  const notice = `verify-${manifest.uuid}`;
  const parts = {
    repository: await worker.repository(),
    tools: await worker.tools(),
    stagingFolder: worker.root.staging,
    version: worker.version,
    manifestSha256: null,
    signal,
    now: worker.now,
  };
  try {
    const level = await levelFor(worker, manifest);
    const verification = await verifyDump(manifest.uuid, level, parts).catch((error: unknown) => {
      if (level === 2 || !(error instanceof PgSnapManError) || error.code !== 'configuration') throw error;
      return verifyDump(manifest.uuid, 2, parts);
    });
    await worker.notices.end(notice);
    return verification;
  } catch (error) {
    // It may have been removed since it was listed.
    if (!(error instanceof PgSnapManError)) throw error;
    if (error.code === 'not_found') return null;
    if (await worker.notices.begin(notice)) {
      const text = `dump ${manifest.uuid} could not be verified: ${error.message}`;
      await reporter.report('warning', text, { job_class: 'verify', job_id: manifest.job.id });
    }
    return null;
  }
}

/** Level 3 unpacks the whole dump; where there is no room for that, level 2 has to do. */
async function levelFor(worker: WorkSession['worker'], manifest: Manifest): Promise<2 | 3> {
  const room = await freeBytes(worker.root.staging);
  return manifest.raw_bytes * 1.1 < room ? 3 : 2;
}

async function tellUnreadable(
  { worker, reporter }: WorkSession,
  { folder, reason, damaged }: UnreadableDump,
): Promise<void> {
  if (!(await worker.notices.begin(`unreadable-${folder.toLowerCase()}`))) return;
  const repair = damaged ? ' until it is repaired (`pgsnapman repo repair`)' : ' until then';
  const text = `dump ${folder} in the repository cannot be read: ${reason}; pruning stops${repair}`;
  await reporter.report(damaged ? 'critical' : 'error', text, { job_class: 'verify' });
}
