import type { Progress } from '../../core/model/activity.ts';
import { progressText } from '../../core/text/progress.ts';
import { truncate } from '../../core/text/width.ts';
import type { OutputStream } from './streams.ts';

/** At most four times a second: more can't be read, and costs over a slow line. */
const INTERVAL_MS = 250;

/** One line at the bottom of a terminal that is written over and over; nothing where there is no terminal. */
export class ProgressLine {
  readonly #stream: OutputStream;
  readonly #now: () => Date;
  readonly #subject: string;
  readonly #enabled: boolean;
  #stage = '';
  #stageStartedAt: number;
  #shownAt = 0;
  #drawn = false;

  constructor(stream: OutputStream, now: () => Date, enabled: boolean, subject: string) {
    this.#stream = stream;
    this.#now = now;
    this.#subject = subject;
    this.#enabled = enabled && stream.isTTY === true;
    this.#stageStartedAt = now().getTime();
  }

  show(progress: Progress, subject = this.#subject): void {
    if (!this.#enabled) return;
    const now = this.#now().getTime();
    const newStage = progress.stage !== this.#stage;
    if (newStage) [this.#stage, this.#stageStartedAt] = [progress.stage, now];
    if (!newStage && now - this.#shownAt < INTERVAL_MS) return;
    this.#shownAt = now;
    const text = progressText(subject, progress, now - this.#stageStartedAt);
    // The last column stays free: a full line would wrap, and \r would not come back to its beginning.
    this.#stream.write(`\r${truncate(text, (this.#stream.columns ?? 80) - 1)}\x1b[K`);
    this.#drawn = true;
  }

  /** Takes the line away, so that what comes next stands on a clean line. */
  clear(): void {
    if (this.#drawn) this.#stream.write('\r\x1b[K');
    this.#drawn = false;
  }
}
