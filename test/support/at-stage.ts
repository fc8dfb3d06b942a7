import type { Progress } from '../../src/core/model/activity.ts';

/** Does something when a stage begins, once. */
export function atStage(stage: string, action: () => void): (progress: Progress) => void {
  let done = false;
  return (progress) => {
    if (progress.stage !== stage || done) return;
    done = true;
    action();
  };
}
