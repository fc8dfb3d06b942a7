import { dumpAnswerSchema } from '../core/model/request.ts';
import type { DumpResult, RestoreResult } from '../core/model/results.ts';
import type { Context } from './context.ts';
import { runHereOrThere } from './run-here-or-there.ts';
import { reportDump } from './run-report.ts';
import { runWithProgress } from './run-with-progress.ts';

/** `dumpjob run`: here or on its worker; gives the exit code. @throws PgSnapManError if the dump failed */
export async function runDumpJob(context: Context, jobId: number, wait: boolean): Promise<number> {
  const ended = await runHereOrThere<{ result: DumpResult; restores: RestoreResult[] }>(context, {
    kind: 'dump',
    id: jobId,
    wait,
    async here(worker) {
      const { runDumpJobNow } = await import('../worker/run/run-job.ts');
      const restores: RestoreResult[] = [];
      const result = await runWithProgress(context, `dump job ${jobId}`, (options) =>
        runDumpJobNow(worker, jobId, { ...options, onTriggered: (restore) => restores.push(restore) }),
      );
      return { result, restores };
    },
    there: (answer) => dumpAnswerSchema.parse(answer),
  });
  return ended === null ? 0 : reportDump(context.output, ended.result, ended.restores);
}
