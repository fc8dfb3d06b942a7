import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionSettings, libpqEnvironment } from '../../core/connection/connection-settings.ts';
import { chosenTableBytes } from '../../core/dump/chosen-tables.ts';
import { dumpCommand } from '../../core/dump/dump-command.ts';
import { isLockLostInBetween } from '../../core/dump/dump-error.ts';
import { trackLine } from '../../core/dump/dump-progress.ts';
import { checkStagingRoom, leastStagingBytes } from '../../core/dump/staging-room.ts';
import type { DatabaseFacts } from '../../core/facts/database-facts.ts';
import type { StoredFile } from '../../core/manifest/manifest.ts';
import type { ToolSet } from '../../core/postgres/tool-choice.ts';
import { faultPoint } from '../fault.ts';
import type { ChildResult } from '../process/run-child.ts';
import type { DumpWriter } from '../repository/repository.ts';
import { freeBytes } from '../repository/room.ts';
import type { RunContext } from '../run/run-context.ts';
import { dumpFailure } from './dump-failure.ts';
import type { DumpTask } from './dump-result.ts';
import type { DumpSession } from './dump-session.ts';
import { DumpWatch } from './dump-watch.ts';
import { ItemsOfToc } from './items-of-toc.ts';
import { type Archive, readArchive } from './read-archive.ts';
import type { RunLog } from './run-log.ts';
import { runPgDump } from './run-pg-dump.ts';
import { bytesOf, stagedFiles } from './staging.ts';
import { StagingIntake } from './staging-intake.ts';
import { StoppedRun, stalled, unlessAborted } from './stopped.ts';

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
  /** Begins the dump in the repository; a second time when a first attempt has been given up. */
  begin(): Promise<DumpWriter>;
}

/** Files of a dump, all of them in the repository; nothing is committed. */
export interface TakenFiles {
  archive: Archive;
  stored: StoredFile[];
  writer: DumpWriter;
}

/** How long giving up waits for a repository that stands still. */
const GIVING_UP_MS = 2_000;

/**
 * Runs pg_dump until it has ended well, and takes its files into the repository, those that are finished while it still
 * runs. A parallel dump that loses a lock in between (somebody asked for an exclusive one while it was queued) is tried
 * again with one table at a time.
 * @throws PgSnapManError run_failed with the reason, StoppedRun when it stalled
 */
export async function dumpDatabase(dump: DatabaseDump): Promise<TakenFiles> {
  const { context, task, tables, facts, log } = dump;
  const jobs = task.job.parallel;
  const tableBytes = chosenTableBytes(task.job, tables, facts);
  checkStagingRoom(leastStagingBytes(tableBytes, jobs), await freeBytes(context.stagingDirectory));
  const expectedBytes = task.job.dump_type === 'schema' ? null : tableBytes.reduce((sum, bytes) => sum + bytes, 0);
  const taken = await new Attempt(dump, jobs, expectedBytes).run();
  if (taken !== 'lock lost') return taken;
  log.add('pgsnapman: a lock was asked for in between; trying again with one table at a time');
  await rm(dump.directory, { recursive: true, force: true });
  return (await new Attempt(dump, 1, expectedBytes).run()) as TakenFiles;
}

class Attempt {
  private readonly dump: DatabaseDump;
  private readonly jobs: number;
  private readonly stop = new AbortController();
  private readonly items: ItemsOfToc;
  private readonly writer: Promise<DumpWriter>;
  private readonly intake: StagingIntake;
  private readonly watch: DumpWatch;

  constructor(dump: DatabaseDump, jobs: number, expectedBytes: number | null) {
    const { directory, session, context } = dump;
    const { stop } = this;
    this.dump = dump;
    this.jobs = jobs;
    this.items = new ItemsOfToc(directory);
    this.writer = dump.begin();
    this.writer.catch((error) => stop.abort(error));
    this.intake = new StagingIntake({
      directory,
      writer: this.writer,
      signal: stop.signal,
      onFailure: (error) => stop.abort(error),
    });
    const { stallTimeoutMs } = context.limits;
    this.watch = new DumpWatch({
      directory,
      session,
      intake: this.intake,
      expectedBytes,
      stallTimeoutMs,
      onProgress: (progress) => context.onProgress(progress),
      onStall: (who, waiting) => stop.abort(stalled(stallTimeoutMs, who, waiting)),
    });
  }

  /** `lock lost`: another attempt, with one job, can succeed. */
  async run(): Promise<TakenFiles | 'lock lost'> {
    const { context } = this.dump;
    const cancel = () => this.stop.abort(context.signal.reason);
    context.signal.addEventListener('abort', cancel, { once: true });
    if (context.signal.aborted) cancel();
    let done = false;
    try {
      const child = await this.runPgDump();
      if (child.exitCode !== 0 && this.jobs > 1 && isLockLostInBetween(child.stderrTail)) return 'lock lost';
      if (child.exitCode !== 0) throw await dumpFailure(this.dump, child, this.watch.waiting);
      faultPoint('dump.dumped');
      await this.dump.session.close();
      const archive = await readArchive(this.dump.directory);
      await this.storeRest(archive);
      done = true;
      return { archive, stored: this.intake.stored, writer: await this.writer };
    } finally {
      context.signal.removeEventListener('abort', cancel);
      this.watch.stop();
      if (!done) await this.giveUp();
    }
  }

  private async runPgDump(): Promise<ChildResult> {
    const { task, context, session, directory, snapshot, tools, tables, facts, settings } = this.dump;
    const command = dumpCommand({
      pgDump: tools.pgDump,
      job: task.job,
      tables,
      encoding: facts.database.encoding,
      jobs: this.jobs,
      directory,
      snapshot,
      lockWaitTimeoutMs: context.limits.lockWaitTimeoutMs,
      connection: libpqEnvironment(settings),
      applicationName: session.applicationName,
    });
    const { signal } = this.stop;
    const child = await runPgDump({ command, session, signal, onLine: (line) => this.onLine(line) });
    signal.throwIfAborted();
    return child;
  }

  private onLine(line: string): void {
    const { watch, items, intake } = this;
    this.dump.log.add(line);
    watch.touch();
    const before = watch.track;
    const track = trackLine(before, line, this.jobs);
    watch.track = track;
    if (!track.dumping || (track.item === before.item && track.doneItems === before.doneItems)) return;
    void items.get().then(async (found) => {
      watch.totalItems = found?.inOrder.length ?? null;
      for (const item of found?.perhapsFinished(before, track) ?? []) await intake.perhapsFinished(item);
    });
  }

  /**
   * Takes what is left, largest first. Files that the table of contents does not name are stored too: what pg_dump wrote is
   * what a restore gets.
   */
  private async storeRest({ toc, files }: Archive): Promise<void> {
    const { intake, watch } = this;
    const staged = await stagedFiles(this.dump.directory);
    const stored = new Set(intake.stored.map((file) => file.path));
    const left = staged.filter((file) => !stored.has(file.path)).sort((a, b) => b.sizeBytes - a.sizeBytes);
    watch.storing(intake.storedBytes + bytesOf(left), stored.size + left.length);
    const roles = new Map(files.map((file) => [file.path, file.role]));
    const names = new Map(toc.entries.map(({ fileName, namespace, tag }) => [fileName, `${namespace}.${tag}`]));
    for (const { path } of left) {
      const role = roles.get(path) ?? 'other';
      intake.take({ path, role, name: role === 'table_data' ? (names.get(path) ?? path) : path });
    }
    await unlessAborted(intake.drain(), this.stop.signal);
  }

  /** Nothing of this attempt stays in the repository. One that stands still is not waited for: pruning removes the rest. */
  private async giveUp(): Promise<void> {
    this.stop.abort(new Error('the attempt was given up'));
    const ending = (async () => {
      await this.intake.stop();
      await (await this.writer).abort();
    })().catch(() => {}); // the reason why it was given up says more
    const { reason } = this.stop.signal;
    const isStuck = reason instanceof StoppedRun && reason.outcome === 'stalled';
    await (isStuck ? Promise.race([ending, sleep(GIVING_UP_MS)]) : ending);
  }
}
