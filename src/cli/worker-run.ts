import { EXIT_CODES } from '../core/errors.ts';
import { isGood } from '../core/model/outcome.ts';
import type { Message } from '../core/model/results.ts';
import type { FinishedRun } from '../worker/run/running.ts';
import type { TickOptions, TickResult } from '../worker/run/tick.ts';
import type { Context } from './context.ts';
import { interruptSignal } from './interruption.ts';
import type { Output } from './output/output.ts';
import type { ProgressLine } from './output/progress-line.ts';
import { dumpSentence, restoreSentence } from './run-report.ts';

/** What is told of messages; the rest is in the catalog and the log. */
const LOUD: readonly string[] = ['warning', 'error', 'critical'];

/**
 * `worker run`: one tick. Nothing to do prints nothing, because cron mails whatever is printed; what went wrong is
 * printed on standard error, what went well only for people on a terminal. Asked to end, it ends its runs in order.
 */
export async function runWorkerTick(context: Context): Promise<number> {
  const { runTick } = await import('../worker/run/tick.ts');
  const { output } = context;
  const line = await progressLine(context);
  const signal = interruptSignal();
  const onProgress: TickOptions['onProgress'] = (kind, jobId, progress) => line?.show(progress, `${kind} job ${jobId}`);
  const result = await context
    .withWorker((worker) => runTick(worker, { signal, onProgress }))
    .finally(() => line?.clear());
  tellTick(output, result);
  return signal.aborted ? EXIT_CODES.cancelled : result.exitCode;
}

/** Prints what a tick did and had to say; nothing, if it was nothing. */
export function tellTick(output: Output, { exitCode, runs, messages }: TickResult): void {
  if (output.json && runs.length + messages.length > 0) output.result('', { exit_code: exitCode, runs, messages });
  if (!output.json) tell(output, runs, messages);
}

function tell(output: Output, runs: readonly FinishedRun[], messages: readonly Message[]): void {
  for (const { level, text } of messages) if (LOUD.includes(level)) output.note(`${level}: ${text}`);
  for (const run of runs) {
    const text = run.kind === 'dump' ? dumpSentence(run.result) : restoreSentence(run.result);
    if (output.forPeople && isGood(run.result.outcome)) output.line(text);
  }
}

/** Only where somebody can see it; cron's ticks don't load what it needs. */
async function progressLine({ around, options }: Context): Promise<ProgressLine | null> {
  if (around.stderr.isTTY !== true || options.quiet || options.json) return null;
  const { ProgressLine } = await import('./output/progress-line.ts');
  return new ProgressLine(around.stderr, around.now, true, 'worker');
}
