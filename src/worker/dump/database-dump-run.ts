import { dumpContent } from '../../core/dump/dump-content.ts';
import { decideDumpOutcome } from '../../core/dump/dump-outcome.ts';
import { dumpWarnings } from '../../core/dump/dump-warnings.ts';
import { globalsSql } from '../../core/dump/globals-sql.ts';
import { PgSnapManError } from '../../core/errors.ts';
import type { DatabaseFacts } from '../../core/facts/database-facts.ts';
import type { DumpResult } from '../../core/model/results.ts';
import type { ToolSet } from '../../core/postgres/tool-choice.ts';
import { faultPoint } from '../fault.ts';
import { dumpDatabase, type TakenFiles } from './dump-database.ts';
import { manifestDraft } from './dump-manifest.ts';
import { dumpResultFromManifest } from './dump-result.ts';
import { DumpRun } from './dump-run.ts';
import { checkServer, openSession, readFacts } from './dump-source.ts';
import { cancelled } from './stopped.ts';

/** A dump of one database by pg_dump: all of it, its schema or its data, or some of its schemas or tables. */
export class DatabaseDumpRun extends DumpRun {
  async take(): Promise<DumpResult> {
    const { task, context, directory, log } = this;
    this.progress('connecting');
    const { session, settings } = await openSession(task, context);
    this.session = session;
    checkServer(session);
    const tools = this.chooseTools(session);
    this.progress('reading facts');
    const { snapshot, facts, tables } = await readFacts(task, context, session);
    if (task.demand !== undefined) this.wanted = await session.readWanted();
    this.databaseBytes = facts.database.size_bytes;
    faultPoint('dump.started');
    this.progress('dumping');
    const begin = () => this.begin();
    const source = { task, context, session, settings, tools, snapshot, tables, facts };
    const taken = await dumpDatabase({ ...source, directory, log, begin });
    this.writer = taken.writer;
    this.warnings = dumpWarnings(facts.left_out, log.warnings, this.holes(tools));
    return await this.commit(taken, facts, tools);
  }

  private async commit(taken: TakenFiles, facts: DatabaseFacts, tools: ToolSet): Promise<DumpResult> {
    const { startedAt, warnings, context } = this;
    const { archive, stored, writer } = taken;
    const { outcome, reasons } = decideDumpOutcome({ exitCode: 0, expected: archive.files, stored, warnings });
    if (outcome === 'failed') throw new PgSnapManError('run_failed', reasons.join('; '), 'look at the log of the run');
    if (context.signal.aborted) throw cancelled();
    this.progress('committing');
    const content = dumpContent(archive.toc, stored, facts);
    const data = stored.filter((file) => file.role === 'table_data');
    const counted = { tables: data.length, rows: data.reduce((sum, file) => sum + (file.rows ?? 0), 0) };
    const { server, database } = facts;
    const about = { server, databaseBytes: database.size_bytes, toolVersion: tools.version.text };
    const finished = { startedAt, outcome, warnings, ...about, ...counted };
    const documents = { facts, content, globalsSql: globalsSql(facts) };
    const { manifest, manifestSha256 } = await writer.commit(manifestDraft(this.task, context, finished), documents);
    this.writer = null;
    faultPoint('dump.committed');
    return dumpResultFromManifest(manifest, manifestSha256, content, this.log.text());
  }
}
