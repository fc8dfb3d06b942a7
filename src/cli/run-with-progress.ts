import type { Progress } from '../core/model/activity.ts';
import type { Context } from './context.ts';
import { interruptSignal } from './interruption.ts';
import { ProgressLine } from './output/progress-line.ts';

export interface RunOptions {
  onProgress(progress: Progress): void;
  signal: AbortSignal;
}

/** Runs a job in the foreground: a line of progress on a terminal, and Ctrl-C ends it in order. */
export async function runWithProgress<T>(
  context: Context,
  subject: string,
  run: (options: RunOptions) => Promise<T>,
): Promise<T> {
  const { around, options } = context;
  const line = new ProgressLine(around.stderr, around.now, !options.quiet && !options.json, subject);
  try {
    return await run({ onProgress: (progress) => line.show(progress), signal: interruptSignal() });
  } finally {
    line.clear();
  }
}
