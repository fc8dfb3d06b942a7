import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkDumpJob } from '../../core/dump/dump-command.ts';
import { dumpContent } from '../../core/dump/dump-content.ts';
import { decideDumpOutcome } from '../../core/dump/dump-outcome.ts';
import { dumpWarnings } from '../../core/dump/dump-warnings.ts';
import { globalsSql } from '../../core/dump/globals-sql.ts';
import { errorCode, PgSnapManError } from '../../core/errors.ts';
import type { DatabaseFacts } from '../../core/facts/database-facts.ts';
import type { Progress } from '../../core/model/activity.ts';
import type { DumpResult } from '../../core/model/results.ts';
import { knownHoles } from '../../core/postgres/known-holes.ts';
import type { ToolSet } from '../../core/postgres/tool-choice.ts';
import { faultPoint } from '../fault.ts';
import type { DumpWriter } from '../repository/repository.ts';
import { storageError } from '../repository/storage-error.ts';
import type { RunContext } from '../run/run-context.ts';
import { toolsFor } from '../tools/find-tools.ts';
import { dumpDatabase, type TakenFiles } from './dump-database.ts';
import { manifestDraft } from './dump-manifest.ts';
import { type DumpTask, dumpResultFromManifest, failedDumpResult } from './dump-result.ts';
import type { DumpSession } from './dump-session.ts';
import { checkServer, openSession, readFacts } from './dump-source.ts';
import { RunLog } from './run-log.ts';
import { cancelled, StoppedRun } from './stopped.ts';

export { type DumpTask, dumpResultFromManifest } from './dump-result.ts';
export { endLeftoverDump } from './end-leftover-dump.ts';

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
    const { task, context, directory, log } = this;
    checkDumpJob(task.job);
    this.progress('connecting');
    const { session, settings } = await openSession(task, context);
    this.session = session;
    checkServer(session);
    const tools = this.chooseTools(session);
    this.progress('reading facts');
    const { snapshot, facts, tables } = await readFacts(task, context, session);
    this.facts = facts;
    faultPoint('dump.started');
    this.progress('dumping');
    const begin = () => context.repository.begin({ uuid: task.uuid, startedAt: this.startedAt, jobId: task.job.id });
    const source = { task, context, session, settings, tools, snapshot, tables, facts };
    const taken = await dumpDatabase({ ...source, directory, log, begin });
    this.writer = taken.writer;
    this.warnings = dumpWarnings(facts.left_out, log.warnings, this.holes(tools));
    return await this.commit(taken, facts, tools);
  }

  private chooseTools(session: DumpSession): ToolSet {
    const tools = toolsFor(session.serverVersionNum, this.context.tools);
    this.tools = tools;
    this.log.add(`pgsnapman: server ${session.serverVersion}, pg_dump ${tools.version.text} in ${tools.directory}`);
    return tools;
  }

  /** Known holes of the tools: a warning where the server is not trusted, otherwise the doctor's business. */
  private holes(tools: ToolSet): string[] {
    const holes = knownHoles(tools.version);
    if (holes.length === 0) return [];
    const text = `pg_dump ${tools.version.text} has known security holes: ${holes.join(', ')}`;
    this.log.add(`pgsnapman: ${text}`);
    return this.task.instance.trusted ? [] : [text];
  }

  private async commit(taken: TakenFiles, facts: DatabaseFacts, tools: ToolSet): Promise<DumpResult> {
    const { startedAt, warnings, context } = this;
    const { archive, stored, writer } = taken;
    const { outcome, reasons } = decideDumpOutcome({ exitCode: 0, expected: archive.files, stored, warnings });
    if (outcome === 'failed') throw new PgSnapManError('run_failed', reasons.join('; '), 'look at the log of the run');
    if (context.signal.aborted) throw cancelled();
    this.progress('committing');
    const content = dumpContent(archive.toc, stored, facts);
    const finished = { startedAt, outcome, warnings, facts, stored, toolVersion: tools.version.text };
    const documents = { facts, content, globalsSql: globalsSql(facts) };
    const { manifest, manifestSha256 } = await writer.commit(manifestDraft(this.task, context, finished), documents);
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
