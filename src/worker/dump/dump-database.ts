import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConnectionSettings, libpqEnvironment } from '../../core/connection/connection-settings.ts';
import { TOC_FILE } from '../../core/dump/archive-files.ts';
import { dumpCommand } from '../../core/dump/dump-command.ts';
import { explainDumpFailure, isLockLostInBetween, isPassingFailure } from '../../core/dump/dump-error.ts';
import type { DumpTrack } from '../../core/dump/dump-progress.ts';
import { PgSnapManError } from '../../core/errors.ts';
import type { DatabaseFacts } from '../../core/facts/database-facts.ts';
import { parseToc } from '../../core/postgres/toc.ts';
import type { ToolSet } from '../../core/postgres/tool-choice.ts';
import type { RunContext } from '../run/run-context.ts';
import type { DumpTask } from './dump-result.ts';
import type { DumpSession } from './dump-session.ts';
import type { RunLog } from './run-log.ts';
import { type PgDumpEnd, runPgDump } from './run-pg-dump.ts';
import { cancelled, stalled } from './stopped.ts';

export interface DatabaseDump {
  task: DumpTask;
  context: RunContext;
  session: DumpSession;
  settings: ConnectionSettings;
  tools: ToolSet;
  snapshot: string;
  tables: readonly { schema: string; name: string }[];
  facts: DatabaseFacts;
  /** Where pg_dump writes; does not exist yet. */
  directory: string;
  log: RunLog;
}

/**
 * Runs pg_dump until it has ended well; a parallel dump that loses a lock in between (somebody asked for an exclusive one
 * while it was queued) is tried again with one table at a time.
 * @throws PgSnapManError run_failed with the reason, StoppedRun when it was cancelled or stalled
 */
export async function dumpDatabase(dump: DatabaseDump): Promise<void> {
  const jobs = dump.task.job.parallel;
  let end = await attempt(dump, jobs);
  if (end.stopped === null && end.child.exitCode !== 0 && jobs > 1 && isLockLostInBetween(end.child.stderrTail)) {
    dump.log.add('pgsnapman: a lock was asked for in between; trying again with one table at a time');
    await rm(dump.directory, { recursive: true, force: true });
    end = await attempt(dump, 1);
  }
  if (end.stopped === 'cancelled') throw cancelled();
  if (end.stopped === 'stalled') {
    throw stalled(dump.context.limits.stallTimeoutMs, 'pg_dump', end.waiting ?? 'for an answer of the server');
  }
  if (end.child.exitCode === 0) return;
  const lines = end.child.stderrTail;
  if (isPassingFailure({ ...end.child, lines })) dump.context.onPassing?.();
  const { message, hint } = explainDumpFailure({
    ...end.child,
    lines,
    user: dump.settings.user,
    serverVersionNum: dump.session.serverVersionNum,
    toolVersion: dump.tools.version.text,
    waiting: end.waiting,
  });
  throw new PgSnapManError('run_failed', message, hint);
}

async function attempt(dump: DatabaseDump, jobs: number): Promise<PgDumpEnd> {
  const { task, context, session, directory, snapshot } = dump;
  const command = dumpCommand({
    pgDump: dump.tools.pgDump,
    job: task.job,
    tables: dump.tables,
    encoding: dump.facts.database.encoding,
    jobs,
    directory,
    snapshot,
    lockWaitTimeoutMs: context.limits.lockWaitTimeoutMs,
    connection: libpqEnvironment(dump.settings),
    applicationName: session.applicationName,
  });
  const items = new ItemCount(directory);
  const totalBytes = expectedBytes(dump);
  return await runPgDump({
    command,
    jobs,
    directory,
    session,
    stallTimeoutMs: context.limits.stallTimeoutMs,
    signal: context.signal,
    onLine: (line) => dump.log.add(line),
    onProgress: (track, bytes) => {
      items.look(track);
      context.onProgress({
        stage: 'dumping',
        item: track.item,
        done_bytes: bytes,
        total_bytes: totalBytes === null ? null : Math.max(totalBytes, bytes),
        done_items: track.doneItems,
        total_items: items.total,
      });
    },
  });
}

/** Sizes of the tables that are dumped, as the server knows them: not what their text will take, but near enough. */
function expectedBytes({ task, tables, facts }: DatabaseDump): number | null {
  const { job } = task;
  if (job.dump_type === 'schema') return null;
  const chosen = facts.tables.filter(
    (table) =>
      table.kind === 'table' &&
      (job.schemas.length === 0 || job.schemas.includes(table.schema)) &&
      (tables.length === 0 || tables.some((wanted) => wanted.schema === table.schema && wanted.name === table.name)),
  );
  return chosen.reduce((sum, table) => sum + table.size_bytes, 0);
}

/** Number of items with data; pg_dump writes its table of contents before the first of them. */
class ItemCount {
  total: number | null = null;
  private readonly file: string;
  private reading = false;

  constructor(directory: string) {
    this.file = join(directory, TOC_FILE);
  }

  look(track: DumpTrack): void {
    if (!track.dumping || this.reading) return;
    this.reading = true;
    readFile(this.file)
      .then((bytes) => {
        this.total = parseToc(bytes).entries.filter((entry) => entry.fileName !== null).length;
      })
      .catch(() => {}); // only for progress; the dump is read in earnest when it is complete
  }
}
