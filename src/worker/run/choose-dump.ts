import { PgSnapManError } from '../../core/errors.ts';
import type { RestoreJob } from '../../core/model/configuration.ts';
import { isGood } from '../../core/model/outcome.ts';
import type { RestoreEntry } from '../../core/queue/queue-entry.ts';
import type { DumpReader, UnreadableDump } from '../repository/repository.ts';

/**
 * Which dump a restore brings back: the one it was triggered by, the one its job names, or the newest good one of a dump
 * job. It is looked for in this worker's repository and its mirrors, without the catalog.
 * @throws PgSnapManError not_found if it is not there
 */
export async function chooseDump(repository: DumpReader, entry: RestoreEntry): Promise<string> {
  return chooseDumpOf(repository, entry.job, entry.dump_uuid);
}

/** The same for a job that nobody has asked to run. @param dumpUuid the triggering dump, or another one; null: none */
export async function chooseDumpOf(repository: DumpReader, job: RestoreJob, dumpUuid: string | null): Promise<string> {
  const named = dumpUuid ?? job.dump_uuid;
  if (named !== null) return present(repository, named);
  if (job.latest_of_dump_job_id !== null) return newestOf(repository, job.latest_of_dump_job_id);
  throw new PgSnapManError('not_found', 'the dump to restore is gone', 'choose another dump for the restore job');
}

async function present(repository: DumpReader, uuid: string): Promise<string> {
  if ((await repository.manifest(uuid)) !== null) return uuid;
  throw new PgSnapManError(
    'not_found',
    `dump ${uuid} is not in this worker's repository`,
    'it was removed, or another worker took it (`pgsnapman dump show` says which): run the job there, or name a mirror of its repository in the configuration file (repository.mirrors)',
  );
}

async function newestOf(repository: DumpReader, dumpJobId: number): Promise<string> {
  const { manifests, unreadable } = await repository.list();
  const newestFirst = manifests
    .filter(({ job, outcome }) => job.id === dumpJobId && isGood(outcome))
    .sort((a, b) => b.started_at.getTime() - a.started_at.getTime());
  for (const { uuid } of newestFirst) {
    // One whose verification failed does not count as good any more.
    if ((await repository.state(uuid))?.verification_failed === null) return uuid;
  }
  throw new PgSnapManError(
    'not_found',
    `there is no good dump of dump job ${dumpJobId} in this worker's repository${unread(unreadable)}`,
    'wait for its next dump, or take one by hand: `pgsnapman dumpjob run`',
  );
}

/** What may hold it and could not be looked through: dumps, or mirrors that are not mounted. */
function unread(unreadable: readonly UnreadableDump[]): string {
  const [first, ...others] = unreadable;
  if (first === undefined) return '';
  return `; ${first.folder} cannot be read (${first.reason})${others.length === 0 ? '' : `, nor can ${others.length} more`}`;
}
