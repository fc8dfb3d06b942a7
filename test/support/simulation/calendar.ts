import { isOnDay, type Plan } from './plan.ts';
import { offsetsAt, ZONES, type Zone } from './zone-table.ts';

const MINUTE = 60_000;

export interface Planned {
  id: number;
  plan: Plan;
  zone: Zone;
}

/**
 * Which jobs are due when, by going through all minutes as somebody would who watches the clocks of every zone. The code
 * under test computes the next due time instead, and knows the zones from elsewhere; they share nothing.
 */
export class Calendar {
  /** By zone and minute of the day on its clocks. */
  readonly #plans = new Map<string, Planned[]>();
  #minute: number;
  #next: { at: number; ids: number[] } | null = null;

  /** Due times after `from` are of interest. */
  constructor(jobs: readonly Planned[], from: number) {
    this.#minute = Math.floor(from / MINUTE) * MINUTE;
    for (const job of jobs) {
      for (const hour of job.plan.hours) {
        for (const minute of job.plan.minutes) this.#at(job.zone, hour * 60 + minute).push(job);
      }
    }
  }

  /** The earliest minute at which something is due that was not taken yet; it is looked for `until` then. */
  peek(until: number): number | null {
    while (this.#next === null && this.#minute < until) {
      this.#minute += MINUTE;
      const ids = new Set(ZONES.flatMap((zone) => this.#dueIn(zone, this.#minute)));
      if (ids.size > 0) this.#next = { at: this.#minute, ids: [...ids] };
    }
    return this.#next?.at ?? null;
  }

  /** What is due up to `until`, in order. */
  *take(until: number): Generator<{ at: number; ids: number[] }> {
    for (;;) {
      this.peek(until);
      if (this.#next === null || this.#next.at > until) return;
      const found = this.#next;
      this.#next = null;
      yield found;
    }
  }

  #dueIn(zone: Zone, instant: number): number[] {
    const { now, before } = offsetsAt(zone, instant);
    const change = before === null ? 0 : now.ahead - before.ahead;
    // Clocks were put back and show for the second time what they have shown before.
    const isSecondTime = change < 0 && instant < now.since - change;
    const due = this.#matching(zone, instant + now.ahead).filter(({ plan }) => !isSecondTime || plan.realHours);
    // Clocks were put forward just now: what they did not show is due at once, unless every hour is as good.
    for (let skipped = 0; change > 0 && instant === now.since && skipped < change; skipped += MINUTE) {
      const missed = this.#matching(zone, instant + now.ahead - change + skipped);
      due.push(...missed.filter(({ plan }) => plan.hours.length < 24));
    }
    return due.map(({ id }) => id);
  }

  /** `local`: what clocks show, as if it were UTC. */
  #matching(zone: Zone, local: number): Planned[] {
    const date = new Date(local);
    const candidates = this.#plans.get(`${zone} ${date.getUTCHours() * 60 + date.getUTCMinutes()}`) ?? [];
    return candidates.filter(({ plan }) => isOnDay(plan, date.getUTCDate(), date.getUTCDay()));
  }

  #at(zone: Zone, minute: number): Planned[] {
    const key = `${zone} ${minute}`;
    const there = this.#plans.get(key) ?? [];
    this.#plans.set(key, there);
    return there;
  }
}
