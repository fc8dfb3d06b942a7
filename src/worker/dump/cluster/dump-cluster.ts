import { Transform } from 'node:stream';
import { CLUSTER_FILE, clusterCommand } from '../../../core/cluster-dump/cluster-command.ts';
import { StreamCounter, type StreamDatabase } from '../../../core/cluster-dump/stream-counter.ts';
import { type ConnectionSettings, libpqEnvironment } from '../../../core/connection/connection-settings.ts';
import { PgSnapManError } from '../../../core/errors.ts';
import type { ClusterFacts } from '../../../core/facts/cluster-facts.ts';
import { type StoredFile, storedFileSchema } from '../../../core/manifest/manifest.ts';
import type { ToolSet } from '../../../core/postgres/tool-choice.ts';
import type { DumpWriter } from '../../repository/repository.ts';
import type { RunContext } from '../../run/run-context.ts';
import { dumpFailure } from '../dump-failure.ts';
import type { DumpTask } from '../dump-result.ts';
import type { DumpSession } from '../dump-session.ts';
import type { RunLog } from '../run-log.ts';
import { runPgDump } from '../run-pg-dump.ts';
import { cancelled, stalled, unlessAborted } from '../stopped.ts';
import { ClusterWatch } from './cluster-watch.ts';

export interface ClusterDump {
  task: DumpTask;
  context: RunContext;
  session: DumpSession;
  settings: ConnectionSettings;
  tools: ToolSet;
  log: RunLog;
  writer: DumpWriter;
  facts: ClusterFacts;
  /** Databases that are not dumped. */
  exclude: readonly string[];
}

/** The stream, stored but not committed, and what was seen in it. */
export interface TakenCluster {
  stored: StoredFile;
  databases: StreamDatabase[];
  roles: string[];
}

const BUFFER_BYTES = 1024 * 1024;

/**
 * Runs pg_dumpall and takes its stream into the repository as it comes, without a file in between. The stream counts only
 * if pg_dumpall ended well and the closing line is there.
 * @throws PgSnapManError run_failed with the reason, StoppedRun when it stalled or was cancelled
 */
export async function dumpCluster(dump: ClusterDump): Promise<TakenCluster> {
  const { context, session } = dump;
  const stop = new AbortController();
  const counter = new StreamCounter();
  const stream = new Transform({
    writableHighWaterMark: BUFFER_BYTES,
    readableHighWaterMark: BUFFER_BYTES,
    transform(piece: Buffer, _encoding, done) {
      counter.push(piece);
      done(null, piece);
    },
  });
  const watch = new ClusterWatch({
    session,
    bytes: () => counter.bytes,
    waitsForRepository: () => stream.readableLength >= BUFFER_BYTES || stream.writableEnded,
    databases: dump.facts.databases.length,
    expectedBytes: expectedBytes(dump),
    stallTimeoutMs: context.limits.stallTimeoutMs,
    onProgress: (progress) => context.onProgress(progress),
    onStall: (who, waiting) => stop.abort(stalled(context.limits.stallTimeoutMs, who, waiting)),
  });
  const cancel = () => stop.abort(cancelled());
  context.signal.addEventListener('abort', cancel, { once: true });
  if (context.signal.aborted) cancel();
  const storing = dump.writer.addFile('sql_stream', CLUSTER_FILE, stream);
  storing.catch((error) => stop.abort(error));
  try {
    const child = await runPgDump({
      command: commandOf(dump),
      session,
      signal: stop.signal,
      stdout: stream,
      onLine: (line) => {
        dump.log.add(line);
        watch.line(line);
      },
    });
    stop.signal.throwIfAborted();
    if (child.exitCode !== 0) throw await dumpFailure(dump, child, watch.waiting);
    if (!stream.writableEnded) stream.end();
    const { sha256, sizeBytes } = await unlessAborted(storing, stop.signal);
    const problem = counter.end();
    if (problem !== null) throw broken(problem);
    const file = { path: CLUSTER_FILE, role: 'sql_stream', sha256, size_bytes: sizeBytes, rows: null };
    return { stored: storedFileSchema.parse(file), databases: counter.databases, roles: counter.roles };
  } finally {
    context.signal.removeEventListener('abort', cancel);
    watch.stop();
    stream.destroy();
  }
}

function expectedBytes({ task, facts }: ClusterDump): number | null {
  if (task.job.dump_type === 'cluster_schema') return null;
  return facts.databases.reduce((sum, { size_bytes }) => sum + (size_bytes ?? 0), 0);
}

function commandOf({ task, context, session, settings, tools, facts, exclude }: ClusterDump) {
  return clusterCommand({
    pgDumpall: tools.pgDumpall,
    job: task.job,
    exclude,
    passwords: facts.passwords,
    lockWaitTimeoutMs: context.limits.lockWaitTimeoutMs,
    connection: libpqEnvironment(settings),
    maintenanceDb: task.instance.maintenance_db,
    applicationName: session.applicationName,
  });
}

const broken = (problem: string): PgSnapManError =>
  new PgSnapManError(
    'run_failed',
    `pg_dumpall ended well, but what it wrote is not whole: ${problem}`,
    'take the dump again; if that does not help, dump the databases one by one',
  );
