import { restoreAnswerSchema } from '../core/model/request.ts';
import type { RestoreResult } from '../core/model/results.ts';
import type { Context } from './context.ts';
import { runHereOrThere } from './run-here-or-there.ts';
import { reportRestore } from './run-report.ts';
import { runWithProgress } from './run-with-progress.ts';

/** `restorejob run`: here or on the worker that has the dump. @throws PgSnapManError if the restore failed */
export async function runRestoreJob(context: Context, jobId: number, wait: boolean): Promise<void> {
  const result = await runHereOrThere<RestoreResult>(context, {
    kind: 'restore',
    id: jobId,
    wait,
    async here(worker) {
      const { runRestoreJobNow } = await import('../worker/run/run-job.ts');
      return runWithProgress(context, `restore job ${jobId}`, (options) => runRestoreJobNow(worker, jobId, options));
    },
    there: (answer) => restoreAnswerSchema.parse(answer).result,
  });
  if (result !== null) reportRestore(context.output, result);
}
