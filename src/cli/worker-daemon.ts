import type { PgSnapManError } from '../core/errors.ts';
import type { TickResult } from '../worker/run/tick.ts';
import type { Context } from './context.ts';
import { interruptSignal } from './interruption.ts';
import { tellTick } from './worker-run.ts';

/**
 * `worker daemon`: works until SIGTERM or Ctrl-C, then ends what runs in order. What people should know goes to standard
 * error, where a service manager or a container collects it. Trouble that stays the same is told once.
 */
export async function runWorkerDaemon(context: Context): Promise<void> {
  const { runDaemon } = await import('../worker/daemon/daemon.ts');
  const { output } = context;
  const signal = interruptSignal();
  let trouble = '';
  const configuration = await context.configuration();
  output.note('the worker is running; SIGTERM or Ctrl-C ends it');
  await runDaemon(configuration, {
    signal,
    onTick(result: TickResult) {
      trouble = '';
      tellTick(output, result);
    },
    onTrouble(error: PgSnapManError) {
      if (error.message === trouble) return;
      trouble = error.message;
      output.note(`error: ${error.message}${error.hint === undefined ? '' : `; ${error.hint}`}`);
    },
  });
}
