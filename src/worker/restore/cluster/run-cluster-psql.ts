import { createReadStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorText } from '../../../core/errors.ts';
import type { ToolSet } from '../../../core/postgres/tool-choice.ts';
import { ClusterErrorReader } from '../../../core/restore/cluster/cluster-errors.ts';
import { ClusterFilter, type PresentOnTarget } from '../../../core/restore/cluster/cluster-filter.ts';
import type { RestoreError } from '../../../core/restore/error-reading.ts';
import { clusterPsqlCommand } from '../../../core/restore/restore-command.ts';
import type { RestoreRun } from '../restore-run.ts';
import { endingText, runTool } from '../run-tool.ts';

export interface ClusterScript {
  /** The stream of pg_dumpall. */
  path: string;
  present: PresentOnTarget;
  tool: ToolSet;
  serverVersionNum: number;
  maintenanceWorkMemKib: number;
  onBytes(bytes: number): void;
}

export interface ClusterScriptEnd {
  errors: RestoreError[];
  /** Statements that were taken out of the stream. */
  leftOut: string[];
  /** Why not all of it was run; null: it was. */
  broken: string | null;
}

/** Runs the stream through psql, without what the target has already; errors of statements do not end it. */
export async function runClusterPsql(run: RestoreRun, script: ClusterScript): Promise<ClusterScriptEnd> {
  const filter = new ClusterFilter(script.present);
  const reader = new ClusterErrorReader();
  const passing = new Transform({
    transform(piece: Buffer, _encoding, done) {
      script.onBytes(piece.length);
      attempt(() => filter.push(piece), done);
    },
    flush: (done) => attempt(() => filter.end(), done),
  });
  const ended = new AbortController();
  let readingFailed = false;
  const cutOff = new AbortController();
  const source = createReadStream(script.path, { highWaterMark: 1024 * 1024 });
  const reading = pipeline(source, passing, { signal: ended.signal }).then(
    () => null,
    (error) => {
      readingFailed = !ended.signal.aborted;
      cutOff.abort(); // psql would wait for more
      return errorText(error);
    },
  );
  const result = await runTool(
    run,
    clusterPsqlCommand(script.tool.psql, {
      connection: run.settings(null),
      applicationName: run.applicationName,
      jobs: 1,
      serverVersionNum: script.serverVersionNum,
      maintenanceWorkMemKib: script.maintenanceWorkMemKib,
    }),
    {
      stdin: passing,
      stdout: 'ignore',
      onStderrLine: (line) => reader.push(line),
      signal: AbortSignal.any([run.stop.signal, cutOff.signal]),
    },
  ).finally(() => ended.abort());
  const cut = await reading;
  run.stop.check();
  const ownEnd = reader.errors.at(-1)?.message ?? endingText('psql', result);
  const broken = result.exitCode === 0 || readingFailed ? cut : ownEnd;
  return { errors: reader.errors, leftOut: filter.leftOut, broken };
}

function attempt(work: () => Buffer, done: (error: Error | null, piece?: Buffer) => void): void {
  try {
    done(null, work());
  } catch (error) {
    done(error as Error);
  }
}
