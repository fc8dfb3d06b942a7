import { leftOut } from '../../../core/cluster-dump/left-out.ts';
import { decideDumpOutcome } from '../../../core/dump/dump-outcome.ts';
import { dumpWarnings } from '../../../core/dump/dump-warnings.ts';
import { PgSnapManError } from '../../../core/errors.ts';
import type { ClusterFacts } from '../../../core/facts/cluster-facts.ts';
import type { DumpContent, DumpResult } from '../../../core/model/results.ts';
import { faultPoint } from '../../fault.ts';
import { manifestDraft } from '../dump-manifest.ts';
import { dumpResultFromManifest } from '../dump-result.ts';
import { DumpRun } from '../dump-run.ts';
import { checkServer, openSession } from '../dump-source.ts';
import { cancelled, withinLimits } from '../stopped.ts';
import { dumpCluster, type TakenCluster } from './dump-cluster.ts';

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
    return await this.commit(taken, whole, tools.version.text);
  }

  private async within<T>(work: Promise<T>): Promise<T> {
    const limits = { signal: this.context.signal, timeoutMs: this.context.limits.stallTimeoutMs };
    return await withinLimits(work, limits, 'for the facts about the instance');
  }

  private async commit(taken: TakenCluster, facts: ClusterFacts, toolVersion: string): Promise<DumpResult> {
    const { startedAt, warnings, context, task, writer } = this;
    const { stored, databases, roles } = taken;
    const evidence = { exitCode: 0, expected: [{ path: stored.path, role: stored.role }], stored: [stored], warnings };
    const { outcome, reasons } = decideDumpOutcome(evidence);
    if (outcome === 'failed' || writer === null) {
      throw new PgSnapManError('run_failed', reasons.join('; '), 'look at the log of the run');
    }
    if (context.signal.aborted) throw cancelled();
    this.progress('committing');
    const content: DumpContent = { schemas: [], tables: [], extensions: [], roles, large_objects: 0, databases };
    const finished = {
      startedAt,
      outcome,
      warnings,
      server: facts.server,
      databaseBytes: this.databaseBytes ?? 0,
      toolVersion,
      tables: databases.reduce((sum, { tables }) => sum + tables, 0),
      rows: databases.reduce((sum, { rows }) => sum + rows, 0),
    };
    const documents = { facts, content, globalsSql: GLOBALS };
    const { manifest, manifestSha256 } = await writer.commit(manifestDraft(task, context, finished), documents);
    this.writer = null;
    faultPoint('dump.committed');
    return dumpResultFromManifest(manifest, manifestSha256, content, this.log.text());
  }
}

function noPasswords(user: string): string {
  return `passwords of roles are not in the dump: role "${user}" may not read pg_catalog.pg_authid`;
}
