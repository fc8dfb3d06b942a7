import { formatTime } from '../core/text/time.ts';
import { workerStatus } from '../worker/status/worker-status.ts';
import type { Context } from './context.ts';

const NEXT_RUNS = 10;

/** `worker status`: what the worker of this machine does and has to do. */
export async function showWorkerStatus(context: Context): Promise<void> {
  const status = await context.withWorker((worker) => workerStatus(worker, NEXT_RUNS));
  const { output } = context;
  if (!output.forPeople) return output.show(status);
  const time = (at: Date): string => formatTime(at, Intl.DateTimeFormat().resolvedOptions().timeZone);
  const { next, running, waiting, ...rest } = status;
  output.show({
    ...rest,
    running: running.map(({ run, started_at }) => `${run} since ${time(started_at)}`),
    waiting: waiting.map(({ run, due_at, not_before }) =>
      [run, due_at ? `due ${time(due_at)}` : '', not_before ? `again at ${time(not_before)}` : '']
        .filter(Boolean)
        .join(', '),
    ),
    next: next.map(({ run, at }) => `${time(at)} ${run}`),
  });
}
