import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { applicationNameOf } from '../../../core/dump/dump-command.ts';
import { PgSnapManError } from '../../../core/errors.ts';
import type { ScriptFacts, ScriptFile } from '../../../core/facts/script-facts.ts';
import { type FileRole, type StoredFile, storedFileSchema } from '../../../core/manifest/manifest.ts';
import type { ScriptText } from '../../../core/model/configuration.ts';
import type { DumpResult } from '../../../core/model/results.ts';
import { NAMES_SCRIPT, namesScript, scriptFile } from '../../../core/script/output-files.ts';
import { scriptEnvironment } from '../../../core/script/script-environment.ts';
import { isWarning } from '../../../core/script/script-messages.ts';
import { faultPoint } from '../../fault.ts';
import { makeAccessible } from '../../files/make-accessible.ts';
import type { FileSource } from '../../repository/scan-source.ts';
import { requireAllowed, runScript } from '../../scripts/run-script.ts';
import { DumpRun, type StoredDump } from '../dump-run.ts';
import type { DumpSession } from '../dump-session.ts';
import { checkServer, openSession } from '../dump-source.ts';
import { cancelled } from '../stopped.ts';
import { outputTree } from './output-tree.ts';
import { ScriptWatch } from './script-watch.ts';

/** Its roles are the script's business; written so that every dump has this document. */
const GLOBALS = '-- This dump was made by a script: it holds no roles that are known to pgsnapman.\n';
/** Names that go to the catalog. */
const LISTED_FILES = 1_000;

/** Files of the output, in a folder where they are called by number. */
interface Output {
  folder: string;
  files: ScriptFile[];
  bytes: number[];
}

/** A dump of whatever files a script writes into the folder that it is given. */
export class ScriptDumpRun extends DumpRun {
  async take(): Promise<DumpResult> {
    const { task, context } = this;
    const { script } = task.job;
    if (script === null) {
      const hint = 'it is when the worker has read its configuration again';
      throw new PgSnapManError('configuration', 'the script of the job is not known to this worker', hint);
    }
    await requireAllowed(script, context.scripts);
    this.progress('connecting');
    const { session, settings } = await openSession(task, context);
    this.session = session;
    checkServer(session);
    this.databaseBytes = task.job.dbname === null ? 0 : await session.databaseBytes();
    faultPoint('script-dump.started');
    const output = await this.runScript(script, session, settings);
    faultPoint('script-dump.ended');
    this.writer = await this.begin();
    const facts: ScriptFacts = {
      format: 1,
      server: { version: session.serverVersion, version_num: session.serverVersionNum },
      script: { name: script.name, sha256: script.sha256 },
      files: output.files,
    };
    const stored = await this.store(output);
    faultPoint('script-dump.stored');
    return await this.commit(this.describe(stored, output, facts));
  }

  override async cleanUp(): Promise<void> {
    await makeAccessible(this.directory);
    await super.cleanUp();
  }

  /** Runs it to its end, and puts what it has written into one folder. */
  private async runScript(
    script: ScriptText,
    session: DumpSession,
    connection: Parameters<typeof scriptEnvironment>[0]['connection'],
  ): Promise<Output> {
    const { task, context, log, directory } = this;
    log.add(`pgsnapman: script "${script.name}", SHA-256 ${script.sha256}, server ${session.serverVersion}`);
    const applicationName = applicationNameOf(task.uuid);
    const watch = new ScriptWatch({ session, folder: directory, context, applicationName });
    const { name: workerName } = context.worker;
    const { job, instance, uuid, triggerKind } = task;
    const about = { uuid, jobId: job.id, workerName, instance, dbname: job.dbname, triggerKind, applicationName };
    try {
      const end = await runScript({
        script,
        rules: context.scripts,
        folder: directory,
        environment: scriptEnvironment({ script, purpose: 'dump', ...about, connection }, process.env),
        applicationName,
        writesOutput: true,
        signal: watch.signal,
        log: (line) => log.add(line),
        onOutput: () => watch.touch(),
      });
      for (const message of end.messages) {
        log.add(`message: ${message.level}: ${message.text}`);
        await context.onMessage?.({ ...message, script: script.name });
      }
      this.warnings = end.messages.filter(isWarning).map(({ text }) => text);
      watch.throwIfStopped();
      if (end.failure !== null) {
        const hint = 'look at the log of the run';
        throw new PgSnapManError('run_failed', `script "${script.name}" ${end.failure}`, hint);
      }
      return await this.gather(end.output, script);
    } finally {
      watch.stop();
      if (watch.signal.aborted) await session.terminateBackends();
    }
  }

  private async gather(output: string, script: ScriptText): Promise<Output> {
    await makeAccessible(output);
    const found = await outputTree(output);
    if (found.length === 0) {
      const hint = 'it has to write into the folder that PGSNAPMAN_OUTPUT names';
      throw new PgSnapManError('run_failed', `script "${script.name}" has written no file`, hint);
    }
    const folder = join(this.directory, 'files');
    await mkdir(folder, { mode: 0o700 });
    const files = found.map(({ name }, index) => scriptFile(index + 1, name));
    for (const [index, { path }] of files.entries()) {
      const target = join(folder, path);
      await rename((found[index] as (typeof found)[number]).path, target);
      await chmod(target, 0o600);
    }
    return { folder, files, bytes: found.map(({ sizeBytes }) => sizeBytes) };
  }

  private async store({ folder, files, bytes }: Output): Promise<StoredFile[]> {
    const { context } = this;
    const stored: StoredFile[] = [];
    const total = bytes.reduce((sum, each) => sum + each, 0);
    let done = 0;
    for (const { path, name } of files) {
      const onRead = (read: number) => {
        done += read;
      };
      context.onProgress({
        stage: 'storing',
        item: name,
        done_bytes: done,
        total_bytes: total,
        done_items: stored.length,
        total_items: files.length,
      });
      const source = { file: join(folder, path), signal: context.signal, onRead };
      stored.push(await this.add('script_file', path, source));
      await rm(source.file);
    }
    stored.push(await this.add('other', NAMES_SCRIPT, Readable.from([namesScript(files)])));
    return stored;
  }

  private async add(role: FileRole, path: string, source: Readable | FileSource): Promise<StoredFile> {
    const { writer, context } = this;
    if (context.signal.aborted) throw cancelled();
    if (writer === null) throw new Error('no dump has been begun');
    const { sha256, sizeBytes, rows } = await writer.addFile(role, path, source);
    return storedFileSchema.parse({ path, role, sha256, size_bytes: sizeBytes, rows });
  }

  /** What people and the manifest are told of it; which tables are in it is not known. */
  private describe(stored: StoredFile[], output: Output, facts: ScriptFacts): StoredDump {
    const listed = output.files.slice(0, LISTED_FILES);
    const content = {
      ...{ schemas: [], tables: [], extensions: [], roles: [], large_objects: 0 },
      files: listed.map(({ name }, index) => ({ name, bytes: stored[index]?.size_bytes ?? 0 })),
    };
    return {
      server: facts.server,
      toolVersion: `script ${facts.script.name}`,
      expected: [
        ...output.files.map(({ path }) => ({ path, role: 'script_file' as const })),
        { path: NAMES_SCRIPT, role: 'other' as const },
      ],
      stored,
      tables: 0,
      rows: 0,
      documents: { facts, content, globalsSql: GLOBALS },
    };
  }
}
