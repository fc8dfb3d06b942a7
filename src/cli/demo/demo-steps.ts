import { PgSnapManError } from '../../core/errors.ts';
import type { Progress } from '../../core/model/activity.ts';
import { formatDuration } from '../../core/text/duration.ts';
import { plainLines } from '../../core/text/plain.ts';
import type { Context } from '../context.ts';
import { ProgressLine } from '../output/progress-line.ts';

/** What a step may say while it runs. */
export type OnProgress = (progress: Progress) => void;

/** The steps of the demo as people see them: a line of progress while one runs, a tick with what was done after it. */
export class DemoSteps {
  readonly signal: AbortSignal;
  readonly #context: Context;

  constructor(context: Context, signal: AbortSignal) {
    this.#context = context;
    this.signal = signal;
  }

  /** Does one step; its result's `text` stands behind the tick, further lines under it. @throws PgSnapManError cancelled after Ctrl-C */
  async step<T extends { text: string }>(doing: string, work: (onProgress: OnProgress) => Promise<T>): Promise<T> {
    if (this.signal.aborted) throw new PgSnapManError('cancelled', 'the demo was cancelled', 'everything was stopped');
    const { around, options, output } = this.#context;
    const startedAt = around.now().getTime();
    const line = new ProgressLine(around.stderr, around.now, !options.quiet && !options.json, 'demo');
    line.show({ stage: doing, item: null, done_bytes: null, total_bytes: null, done_items: null, total_items: null });
    try {
      const result = await work((progress) => line.show(progress));
      line.clear();
      const took = formatDuration(around.now().getTime() - startedAt);
      this.#say(output.paint('ok', '✔'), `${result.text}  (${took})`);
      return result;
    } catch (error) {
      line.clear();
      this.#say(output.paint('failed', '✘'), doing);
      throw error;
    }
  }

  #say(mark: string, text: string): void {
    const { options, output } = this.#context;
    if (output.json || options.quiet) return;
    for (const [index, line] of plainLines(text).entries()) output.line(`${index === 0 ? mark : ' '} ${line}`);
  }
}
