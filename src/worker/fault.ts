import { type FaultPoint, plannedFault } from '../core/faults.ts';

const planned = plannedFault(process.env);

/** Dies, fails or stands still here if a test asked for it; otherwise costs one comparison. */
export function faultPoint(point: FaultPoint): void {
  if (planned === null || planned.point !== point) return;
  if (planned.action === 'throw') throw new Error(`planned fault at ${point}`);
  process.kill(process.pid, planned.action === 'kill' ? 'SIGKILL' : 'SIGSTOP');
}
