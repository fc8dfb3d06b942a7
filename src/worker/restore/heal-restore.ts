import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { instanceConnection } from '../../core/connection/connection-settings.ts';
import type { RestoreResult } from '../../core/model/results.ts';
import { type Journal, undoOf } from '../../core/restore/journal.ts';
import { type Connection, connect } from '../../sql/connection.ts';
import { readBackends, terminateBackends } from '../../sql/instance/backends.ts';
import { endProcesses } from '../dump/end-processes.ts';
import type { RunContext } from '../run/run-context.ts';
import { healCluster } from './cluster/cluster-mark.ts';
import { JournalFile } from './journal-file.ts';
import { applicationName } from './restore-run.ts';
import { createdRoles, settleTarget } from './settle-target.ts';

export interface HealedRestore {
  /** True: the database had got its name, the restore is done. */
  finished: boolean;
  /** One sentence for the log and the messages. */
  message: string;
  /** The run's own result, if it had written one. */
  result: RestoreResult | null;
  /** What a finished restore has kept of the database that it replaced. */
  undo: Pick<RestoreResult, 'undo_dbname' | 'undo_oid'>;
}

const NO_UNDO = { undo_dbname: null, undo_oid: null };
const SESSIONS_GONE_TRIES = 50;
const SESSIONS_GONE_WAIT_MS = 200;

/**
 * After the end of a worker process in the middle of a restore: reads the run's journal and brings the target to rest.
 * Sessions of the dead run are ended first, as one may still be creating the staging database. May be called any number
 * of times: it empties the run's folder when the restore is undone, and leaves the journal when the restore is finished,
 * until the caller has its result elsewhere and removes the folder.
 * @throws ConnectionError when the target cannot be reached; then it is to be called again later
 */
export async function healRestore(
  stagingDirectory: string,
  context: Pick<RunContext, 'sources' | 'log'>,
): Promise<HealedRestore> {
  const cluster = await healCluster(stagingDirectory, context);
  if (cluster !== null) {
    await empty(stagingDirectory);
    context.log(cluster);
    return { finished: false, message: cluster, result: null, undo: NO_UNDO };
  }
  const journal = await JournalFile.open(stagingDirectory);
  const healed = journal === null ? untouched() : await heal(journal.content, context);
  if (!healed.finished) await empty(stagingDirectory);
  context.log(healed.message);
  return healed;
}

const untouched = (): HealedRestore => ({
  finished: false,
  message: 'the restore was interrupted before it changed anything on its target',
  result: null,
  undo: NO_UNDO,
});

async function heal(journal: Journal, { sources, log }: Pick<RunContext, 'sources' | 'log'>): Promise<HealedRestore> {
  if (journal.step === 'renamed' && journal.result !== null) {
    return { finished: true, message: finishedSentence(journal), result: journal.result, undo: undoOf(journal) };
  }
  const session = { default_transaction_read_only: 'off', statement_timeout: '0', lock_timeout: '0' };
  const open = (dbname: string | null): Promise<Connection> =>
    connect(instanceConnection(journal.instance, dbname, sources), {
      applicationName: 'pgsnapman healing',
      session,
    });
  const c = await open(null);
  try {
    await endRun(c, journal.run_uuid);
    const settled = await settleTarget(c, journal, open, log);
    if (settled === 'finished') {
      return { finished: true, message: finishedSentence(journal), result: null, undo: undoOf(journal) };
    }
    const roles = await createdRoles(c, journal.roles);
    return { finished: false, message: interruptedSentence(journal, settled, roles), result: null, undo: NO_UNDO };
  } finally {
    await c.close();
  }
}

/** Ends what is left of the dead run, here and on the server, and waits until its sessions are gone. */
async function endRun(c: Connection, runUuid: string): Promise<void> {
  const name = applicationName(runUuid);
  await endProcesses(name);
  for (let i = 0; i < SESSIONS_GONE_TRIES; i++) {
    await terminateBackends(c, name);
    if ((await readBackends(c, name)).length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, SESSIONS_GONE_WAIT_MS));
  }
}

const finishedSentence = ({ target, instance }: Journal): string =>
  `database "${target}" on ${instance.name} was restored; only the record of it was interrupted`;

function interruptedSentence(
  { staging, instance, target }: Journal,
  settled: string,
  roles: readonly string[],
): string {
  const dropped =
    settled === 'dropped'
      ? `; its staging database "${staging}" was dropped`
      : settled === 'nothing'
        ? ''
        : `; its staging database has been renamed by somebody and was left alone`;
  const remain =
    roles.length === 0 ? '' : `; roles that it created remain: ${roles.map((name) => `"${name}"`).join(', ')}`;
  return `the restore of database "${target}" on ${instance.name} was interrupted${dropped}${remain}`;
}

/** The folder may never have been made: a run can end before it begins to work. */
async function empty(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const name of names) await rm(join(directory, name), { recursive: true, force: true });
}
