import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DumpEvidence, decideDumpOutcome } from '../../core/dump/dump-outcome.ts';
import type { FlagRow } from '../../core/dump/on-demand.ts';
import { errorCode, PgSnapManError } from '../../core/errors.ts';
import type { StoredFile } from '../../core/manifest/manifest.ts';
import type { Progress } from '../../core/model/activity.ts';
import type { DumpResult } from '../../core/model/results.ts';
import { knownHoles } from '../../core/postgres/known-holes.ts';
import type { ToolSet } from '../../core/postgres/tool-choice.ts';
import { faultPoint } from '../fault.ts';
import type { DumpDocuments, DumpWriter } from '../repository/repository.ts';
import { storageError } from '../repository/storage-error.ts';
import type { RunContext } from '../run/run-context.ts';
import { toolsFor } from '../tools/find-tools.ts';
import { type FinishedDump, manifestDraft } from './dump-manifest.ts';
import { type DumpTask, dumpResultFromManifest, failedDumpResult } from './dump-result.ts';
import type { DumpSession } from './dump-session.ts';
import { RunLog } from './run-log.ts';
import { cancelled, StoppedRun } from './stopped.ts';

/** A dump of any kind whose files are stored: what its manifest and its outcome are made of. */
export interface StoredDump {
  server: FinishedDump['server'];
  toolVersion: string;
  /** Files that must be there, with their kind. */
  expected: DumpEvidence['expected'];
  stored: readonly StoredFile[];
  /** Tables with data, and their rows. */
  tables: number;
  rows: number;
  documents: DumpDocuments;
}

/** What the runs of all kinds of dumps share: what is open, and how they end with and without a dump. */
export abstract class DumpRun {
  protected readonly task: DumpTask;
  protected readonly context: RunContext;
  protected readonly startedAt: Date;
  protected readonly directory: string;
  protected readonly log: RunLog;
  protected session: DumpSession | null = null;
  protected writer: DumpWriter | null = null;
  protected tools: ToolSet | null = null;
  protected databaseBytes: number | null = null;
  protected warnings: string[] = [];
  /** Rows that want a dump, as its snapshot saw them; null: as they were seen before. */
  wanted: FlagRow[] | null = null;

  constructor(task: DumpTask, context: RunContext) {
    this.task = task;
    this.context = context;
    this.startedAt = context.now();
    this.directory = join(context.stagingDirectory, 'dump');
    this.log = new RunLog((line) => context.log(line));
  }

  abstract take(): Promise<DumpResult>;

  protected chooseTools(session: DumpSession, program: 'pg_dump' | 'pg_dumpall' = 'pg_dump'): ToolSet {
    const tools = toolsFor(session.serverVersionNum, this.context.tools);
    this.tools = tools;
    this.log.add(`pgsnapman: server ${session.serverVersion}, ${program} ${tools.version.text} in ${tools.directory}`);
    return tools;
  }

  /** Known holes of the tools: a warning where the server is not trusted, otherwise the doctor's business. */
  protected holes(tools: ToolSet): string[] {
    const holes = knownHoles(tools.version);
    if (holes.length === 0) return [];
    const text = `pg_dump ${tools.version.text} has known security holes: ${holes.join(', ')}`;
    this.log.add(`pgsnapman: ${text}`);
    return this.task.instance.trusted ? [] : [text];
  }

  /**
   * Makes it a dump, if nothing is amiss: the manifest is written, and this run has no writer any more.
   * @throws PgSnapManError run_failed with what is amiss, StoppedRun when the run was cancelled
   */
  protected async commit(dump: StoredDump): Promise<DumpResult> {
    const { startedAt, warnings, context, task, writer } = this;
    const { expected, stored, documents, ...about } = dump;
    const { outcome, reasons } = decideDumpOutcome({ exitCode: 0, expected, stored, warnings });
    if (outcome === 'failed' || writer === null) {
      throw new PgSnapManError('run_failed', reasons.join('; '), 'look at the log of the run');
    }
    if (context.signal.aborted) throw cancelled();
    this.progress('committing');
    const finished = { ...about, startedAt, outcome, warnings, databaseBytes: this.databaseBytes ?? 0 };
    const { manifest, manifestSha256 } = await writer.commit(manifestDraft(task, context, finished), documents);
    this.writer = null;
    faultPoint('dump.committed');
    return dumpResultFromManifest(manifest, manifestSha256, documents.content, this.log.text());
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
      databaseBytes: this.databaseBytes,
      warnings: this.warnings,
      logTail: this.log.text(),
    });
  }

  async cleanUp(): Promise<void> {
    await this.writer?.abort().catch(() => {});
    await this.session?.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  protected begin(): Promise<DumpWriter> {
    const { context, task, startedAt } = this;
    return context.repository.begin({ uuid: task.uuid, startedAt, jobId: task.job.id });
  }

  protected progress(stage: Progress['stage']): void {
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
