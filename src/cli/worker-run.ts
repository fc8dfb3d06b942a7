import { isGood } from '../core/model/outcome.ts';
import type { Context } from './context.ts';
import type { ProgressLine } from './output/progress-line.ts';
import { dumpSentence, restoreSentence } from './run-report.ts';

/** What is told of messages; the rest is in the catalog and the log. */
const LOUD: readonly string[] = ['warning', 'error', 'critical'];

/**
 * `worker run`: one tick. Nothing to do prints nothing, because cron mails whatever is printed; what went wrong is
 * printed on standard error, what went well only for people on a terminal.
 */
export async function runWorkerTick(context: Context): Promise<number> {
  const { runTick } = await import('../worker/run/tick.ts');
  const { output } = context;
  const line = await progressLine(context);
  const { exitCode, runs, messages } = await context
    .withWorker((worker) =>
      runTick(worker, { onProgress: (kind, jobId, progress) => line?.show(progress, `${kind} job ${jobId}`) }),
    )
    .finally(() => line?.clear());
  if (output.json && runs.length + messages.length > 0) output.result('', { exit_code: exitCode, runs, messages });
  if (output.json) return exitCode;
  for (const { level, text } of messages) if (LOUD.includes(level)) output.note(`${level}: ${text}`);
  for (const run of runs) {
    const text = run.kind === 'dump' ? dumpSentence(run.result) : restoreSentence(run.result);
    if (output.forPeople && isGood(run.result.outcome)) output.line(text);
  }
  return exitCode;
}

/** Only where somebody can see it; cron's ticks don't load what it needs. */
async function progressLine({ around, options }: Context): Promise<ProgressLine | null> {
  if (around.stderr.isTTY !== true || options.quiet || options.json) return null;
  const { ProgressLine } = await import('./output/progress-line.ts');
  return new ProgressLine(around.stderr, around.now, true, 'worker');
}
