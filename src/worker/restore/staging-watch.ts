import type { Connection } from '../../sql/connection.ts';
import { StallWatch } from '../process/stall-watch.ts';
import type { RestoreRun } from './restore-run.ts';
import { type StagingActivity, stagingActivity } from './staging-activity.ts';

/** Watches what happens in the staging database, and stops the run when nothing does for too long. */
export class StagingWatch {
  readonly #watch: StallWatch;
  #onActivity: (activity: StagingActivity) => void = () => {};

  constructor(run: RestoreRun, control: Connection, databaseOid: number) {
    const timeoutMs = run.stallTimeoutMs;
    this.#watch = new StallWatch({
      timeoutMs,
      probe: async () => {
        const activity = await stagingActivity(control, run.applicationName, databaseOid);
        this.#onActivity(activity);
        return activity;
      },
      onStall: (waitingFor) =>
        run.stop.stop({
          outcome: 'stalled',
          sentence: `no progress for ${timeoutMs / 1000} s${waitingFor === null ? '' : `: it waited ${waitingFor}`}`,
          hint: 'see what the target waits for, or raise stall_timeout',
        }),
    });
  }

  /** From now on tells every look at the database to somebody else than before. */
  follow(onActivity: (activity: StagingActivity) => void): void {
    this.#onActivity = onActivity;
  }

  touch(): void {
    this.#watch.touch();
  }

  stop(): void {
    this.#watch.stop();
  }
}
