import { isGood } from '../core/model/outcome.ts';
import type { Context } from './context.ts';
import { ProgressLine } from './output/progress-line.ts';
import { dumpSentence, restoreSentence } from './run-report.ts';

/** What is told of messages; the rest is in the catalog and the log. */
const LOUD: readonly string[] = ['warning', 'error', 'critical'];

/**
 * `worker run`: one tick. Nothing to do prints nothing, because cron mails whatever is printed; what went wrong is
 * printed on standard error, what went well only for people on a terminal.
 */
export async function runWorkerTick(context: Context): Promise<number> {
  const { runTick } = await import('../worker/run/tick.ts');
  const { around, options, output } = context;
  const line = new ProgressLine(around.stderr, around.now, !options.quiet && !options.json, 'worker');
  const { exitCode, runs, messages } = await context
    .withWorker((worker) =>
      runTick(worker, { onProgress: (kind, jobId, progress) => line.show(progress, `${kind} job ${jobId}`) }),
    )
    .finally(() => line.clear());
  if (output.json && runs.length + messages.length > 0) output.result('', { exit_code: exitCode, runs, messages });
  if (output.json) return exitCode;
  for (const { level, text } of messages) if (LOUD.includes(level)) output.note(`${level}: ${text}`);
  for (const run of runs) {
    const text = run.kind === 'dump' ? dumpSentence(run.result) : restoreSentence(run.result);
    if (output.forPeople && isGood(run.result.outcome)) output.line(text);
  }
  return exitCode;
}
