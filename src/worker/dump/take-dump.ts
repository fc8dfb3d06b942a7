import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConnectionSettings, instanceConnection } from '../../core/connection/connection-settings.ts';
import { applicationNameOf, checkDumpJob } from '../../core/dump/dump-command.ts';
import { dumpContent } from '../../core/dump/dump-content.ts';
import { decideDumpOutcome } from '../../core/dump/dump-outcome.ts';
import { dumpWarnings } from '../../core/dump/dump-warnings.ts';
import { globalsSql } from '../../core/dump/globals-sql.ts';
import { errorCode, PgSnapManError } from '../../core/errors.ts';
import type { DatabaseFacts } from '../../core/facts/database-facts.ts';
import type { StoredFile } from '../../core/manifest/manifest.ts';
import type { Progress } from '../../core/model/activity.ts';
import type { DumpResult } from '../../core/model/results.ts';
import { parseQualifiedName } from '../../core/postgres/identifiers.ts';
import { knownHoles } from '../../core/postgres/known-holes.ts';
import type { ToolSet } from '../../core/postgres/tool-choice.ts';
import { faultPoint } from '../fault.ts';
import type { DumpWriter } from '../repository/repository.ts';
import { storageError } from '../repository/storage-error.ts';
import type { RunContext } from '../run/run-context.ts';
import { toolsFor } from '../tools/find-tools.ts';
import { dumpDatabase } from './dump-database.ts';
import { manifestDraft } from './dump-manifest.ts';
import { type DumpTask, dumpResultFromManifest, failedDumpResult } from './dump-result.ts';
import { DumpSession } from './dump-session.ts';
import { RunLog } from './run-log.ts';
import { cancelled, StoppedRun, withinLimits } from './stopped.ts';
import { type Archive, readArchive, storeFiles } from './store-files.ts';

export { type DumpTask, dumpResultFromManifest } from './dump-result.ts';
export { endLeftoverDump } from './end-leftover-dump.ts';

const OLDEST_SERVER = 120_000;

/**
 * Takes a dump of a database into the repository. Every ordinary failure is a result: outcome failed, stalled or
 * cancelled, with a message. Only bugs and planned faults are thrown. What was put into the staging folder is removed.
 */
export async function takeDump(task: DumpTask, context: RunContext): Promise<DumpResult> {
  const run = new DumpRun(task, context);
  try {
    return await run.take();
  } catch (error) {
    return run.failed(error);
  } finally {
    await run.cleanUp();
  }
}

class DumpRun {
  private readonly task: DumpTask;
  private readonly context: RunContext;
  private readonly startedAt: Date;
  private readonly directory: string;
  private readonly log: RunLog;
  private session: DumpSession | null = null;
  private writer: DumpWriter | null = null;
  private tools: ToolSet | null = null;
  private facts: DatabaseFacts | null = null;
  private warnings: string[] = [];

  constructor(task: DumpTask, context: RunContext) {
    this.task = task;
    this.context = context;
    this.startedAt = context.now();
    this.directory = join(context.stagingDirectory, 'dump');
    this.log = new RunLog((line) => context.log(line));
  }

  async take(): Promise<DumpResult> {
    const { task, context } = this;
    checkDumpJob(task.job);
    const settings = instanceConnection(task.instance, task.job.dbname, context.sources);
    const session = await this.connect(settings);
    const tools = this.chooseTools(session);
    this.progress('reading facts');
    const { snapshot, facts, tables } = await this.readFacts(session);
    faultPoint('dump.started');
    const { directory, log } = this;
    this.progress('dumping');
    await dumpDatabase({ task, context, session, settings, tools, snapshot, tables, facts, directory, log });
    faultPoint('dump.dumped');
    this.warnings = dumpWarnings(facts.left_out, log.warnings, this.holes(tools));
    const archive = await readArchive(directory);
    return await this.store(archive, facts, tools);
  }

  private async connect(settings: ConnectionSettings): Promise<DumpSession> {
    this.progress('connecting');
    if (this.context.signal.aborted) throw cancelled();
    const session = await DumpSession.open(settings, applicationNameOf(this.task.uuid));
    this.session = session;
    if (session.serverVersionNum >= OLDEST_SERVER) return session;
    const hint = 'upgrade the server, or dump it with its own pg_dump';
    throw new PgSnapManError('run_failed', `servers of version ${session.serverVersion} are too old`, hint);
  }

  private chooseTools(session: DumpSession): ToolSet {
    const tools = toolsFor(session.serverVersionNum, this.context.tools);
    this.tools = tools;
    this.log.add(`pgsnapman: server ${session.serverVersion}, pg_dump ${tools.version.text} in ${tools.directory}`);
    return tools;
  }

  private async readFacts(session: DumpSession) {
    const read = async () => {
      const snapshot = await session.begin();
      const facts = await session.readFacts();
      const tables = await session.withPartitions(this.task.job.tables.map(parseQualifiedName));
      return { snapshot, facts, tables };
    };
    const limits = { signal: this.context.signal, timeoutMs: this.context.limits.stallTimeoutMs };
    const found = await withinLimits(read(), limits, 'for the facts about the database');
    this.facts = found.facts;
    return found;
  }

  /** Known holes of the tools: a warning where the server is not trusted, otherwise the doctor's business. */
  private holes(tools: ToolSet): string[] {
    const holes = knownHoles(tools.version);
    if (holes.length === 0) return [];
    const text = `pg_dump ${tools.version.text} has known security holes: ${holes.join(', ')}`;
    this.log.add(`pgsnapman: ${text}`);
    return this.task.instance.trusted ? [] : [text];
  }

  private async store(archive: Archive, facts: DatabaseFacts, tools: ToolSet): Promise<DumpResult> {
    const { task, context } = this;
    const { repository, signal } = context;
    const identity = { uuid: task.uuid, startedAt: this.startedAt, jobId: task.job.id };
    const writer = await repository.begin(identity);
    this.writer = writer;
    const stored = await storeFiles({
      directory: this.directory,
      archive,
      writer,
      signal,
      onProgress: (done, total) =>
        context.onProgress({
          stage: 'storing',
          item: done.item,
          done_bytes: done.bytes,
          total_bytes: total.bytes,
          done_items: done.items,
          total_items: total.items,
        }),
    });
    const { outcome, reasons } = decideDumpOutcome({
      exitCode: 0,
      expected: archive.files,
      stored,
      warnings: this.warnings,
    });
    if (outcome === 'failed') throw new PgSnapManError('run_failed', reasons.join('; '), 'look at the log of the run');
    if (signal.aborted) throw cancelled();
    this.progress('committing');
    return await this.commit(writer, archive, stored, { outcome, facts, tools });
  }

  private async commit(
    writer: DumpWriter,
    archive: Archive,
    stored: readonly StoredFile[],
    { outcome, facts, tools }: { outcome: DumpResult['outcome']; facts: DatabaseFacts; tools: ToolSet },
  ): Promise<DumpResult> {
    const { startedAt, warnings } = this;
    const content = dumpContent(archive.toc, stored, facts);
    const draft = manifestDraft(this.task, this.context, {
      startedAt,
      outcome,
      warnings,
      facts,
      stored,
      toolVersion: tools.version.text,
    });
    const documents = { facts, content, globalsSql: globalsSql(facts) };
    const { manifest, manifestSha256 } = await writer.commit(draft, documents);
    this.writer = null;
    faultPoint('dump.committed');
    return dumpResultFromManifest(manifest, manifestSha256, content, this.log.text());
  }

  /** The result for an error that people can do something about. @throws any other */
  failed(thrown: unknown): DumpResult {
    const error = storageError(thrown, 'taking the dump');
    const stop = this.context.signal.aborted ? cancelled() : error;
    if (!(stop instanceof StoppedRun) && !(stop instanceof PgSnapManError)) throw thrown;
    const hint = stop instanceof PgSnapManError ? stop.hint : undefined;
    const message = hint === undefined ? stop.message : `${stop.message}; ${hint}`;
    this.log.add(`pgsnapman: ${message}`);
    return failedDumpResult(this.task, this.context, {
      outcome: stop instanceof StoppedRun ? stop.outcome : 'failed',
      message,
      errorCode: errorCode(stop),
      startedAt: this.startedAt,
      serverVersion: this.session?.serverVersion ?? null,
      toolVersion: this.tools?.version.text ?? null,
      databaseBytes: this.facts?.database.size_bytes ?? null,
      warnings: this.warnings,
      logTail: this.log.text(),
    });
  }

  async cleanUp(): Promise<void> {
    await this.writer?.abort().catch(() => {});
    await this.session?.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  private progress(stage: Progress['stage']): void {
    this.context.onProgress({
      stage,
      item: null,
      done_bytes: null,
      total_bytes: null,
      done_items: null,
      total_items: null,
    });
  }
}
