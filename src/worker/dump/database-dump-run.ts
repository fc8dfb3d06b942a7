import { dumpContent } from '../../core/dump/dump-content.ts';
import { dumpWarnings } from '../../core/dump/dump-warnings.ts';
import { globalsSql } from '../../core/dump/globals-sql.ts';
import type { DumpResult } from '../../core/model/results.ts';
import { faultPoint } from '../fault.ts';
import { dumpDatabase } from './dump-database.ts';
import { DumpRun } from './dump-run.ts';
import { checkServer, openSession, readFacts } from './dump-source.ts';

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
    const { archive, stored } = taken;
    const data = stored.filter((file) => file.role === 'table_data');
    return await this.commit({
      server: facts.server,
      toolVersion: tools.version.text,
      expected: archive.files,
      stored,
      tables: data.length,
      rows: data.reduce((sum, file) => sum + (file.rows ?? 0), 0),
      documents: { facts, content: dumpContent(archive.toc, stored, facts), globalsSql: globalsSql(facts) },
    });
  }
}
