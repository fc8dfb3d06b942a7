import type { Spool } from '../../../src/worker/spool/spool.ts';
import type { Random } from './random.ts';

const MINUTE = 60_000;

/** A catalog that is away now and then, and keeps the results that it gets. */
export class SimulatedCatalog {
  readonly uploaded = new Set<string>();
  readonly #random: Random;
  #backAt = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** For up to two days. */
  takeAway(now: number): void {
    this.#backAt = now + this.#random.below(48 * 60) * MINUTE;
  }

  isThere(now: number): boolean {
    return now >= this.#backAt;
  }

  /** Takes what is in the spool, but for runs that are not over. One that is cut before the removal comes again. */
  async upload(spool: Spool, unfinished: ReadonlySet<string>): Promise<void> {
    for (const name of await spool.names()) {
      const item = await spool.read(name);
      if (item === undefined || unfinished.has(item.value.uuid)) continue;
      if (item.kind === 'dump') this.uploaded.add(item.value.uuid);
      if (this.#random.chance(0.02)) continue;
      await spool.remove(name);
    }
  }
}
