import { leftOut } from '../../../core/cluster-dump/left-out.ts';
import { dumpWarnings } from '../../../core/dump/dump-warnings.ts';
import type { DumpContent, DumpResult } from '../../../core/model/results.ts';
import { faultPoint } from '../../fault.ts';
import { DumpRun } from '../dump-run.ts';
import { checkServer, openSession } from '../dump-source.ts';
import { withinLimits } from '../stopped.ts';
import { dumpCluster } from './dump-cluster.ts';

/** Its roles are in the stream itself; written so that every dump has this document. */
const GLOBALS = '-- The roles and tablespaces of this dump are in its file cluster.sql, which is for psql.\n';

/** A dump of all databases, roles and tablespaces of an instance by pg_dumpall. */
export class ClusterDumpRun extends DumpRun {
  async take(): Promise<DumpResult> {
    const { task, context, log } = this;
    this.progress('connecting');
    const { session, settings } = await openSession(task, context);
    this.session = session;
    checkServer(session);
    const tools = this.chooseTools(session, 'pg_dumpall');
    this.progress('reading facts');
    const role = task.job.options.find((option) => option.startsWith('--role='))?.slice('--role='.length) ?? null;
    const { facts, listed } = await this.within(session.readClusterFacts(role));
    const left = leftOut(listed);
    for (const note of left.notes) log.add(`pgsnapman: ${note}`);
    const dumped = facts.databases.filter(({ name }) => !left.exclude.includes(name));
    this.databaseBytes = dumped.reduce((sum, { size_bytes }) => sum + (size_bytes ?? 0), 0);
    this.progress('dumping');
    faultPoint('cluster-dump.started');
    this.writer = await this.begin();
    const whole = { ...facts, databases: dumped };
    const source = { task, context, session, settings, tools, log, writer: this.writer, facts: whole };
    const taken = await dumpCluster({ ...source, exclude: left.exclude });
    faultPoint('cluster-dump.stored');
    const missing = facts.passwords ? [] : [noPasswords(role ?? settings.user)];
    this.warnings = dumpWarnings([...left.warnings, ...missing], log.warnings, this.holes(tools));
    const { stored, databases, roles } = taken;
    const content: DumpContent = { schemas: [], tables: [], extensions: [], roles, large_objects: 0, databases };
    return await this.commit({
      server: facts.server,
      toolVersion: tools.version.text,
      expected: [{ path: stored.path, role: stored.role }],
      stored: [stored],
      tables: databases.reduce((sum, { tables }) => sum + tables, 0),
      rows: databases.reduce((sum, { rows }) => sum + rows, 0),
      documents: { facts: whole, content, globalsSql: GLOBALS },
    });
  }

  private async within<T>(work: Promise<T>): Promise<T> {
    const limits = { signal: this.context.signal, timeoutMs: this.context.limits.stallTimeoutMs };
    return await withinLimits(work, limits, 'for the facts about the instance');
  }
}

function noPasswords(user: string): string {
  return `passwords of roles are not in the dump: role "${user}" may not read pg_catalog.pg_authid`;
}
