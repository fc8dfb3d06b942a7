/** From then on a person wants to know that it is the catalog that is slow, not the manager. */
const SLOW_MS = 3000;
/** The server gives a statement up before this, and says so: whoever is silent for longer is not there any more. */
const GIVE_UP_MS = 30_000;

interface PatienceEvents {
  /** The catalog has not answered for a while (true), or it has answered at last (false). */
  slow(isSlow: boolean): void;
  /** It will not answer any more. */
  silent(): void;
}

/** Watches over the questions to the catalog: nobody else finds out that a server hangs, or the way to it. */
export interface Patience {
  /** The same promise, watched. Work that asks several questions may take as long as it needs. */
  watch<T>(answer: Promise<T>, kind: 'question' | 'work'): Promise<T>;
  stop(): void;
}

export function createPatience({ slow, silent }: PatienceEvents): Patience {
  let slowTimer: NodeJS.Timeout | undefined;
  let silentTimer: NodeJS.Timeout | undefined;
  let open = 0;
  let working = 0;
  let isSlow = false;

  const beSlow = (now: boolean): void => {
    if (isSlow === now) return;
    isSlow = now;
    slow(now);
  };
  const rest = (): void => {
    clearTimeout(slowTimer);
    clearTimeout(silentTimer);
  };
  const giveUp = (): void => {
    // Questions wait in line behind work.
    if (working > 0) silentTimer = setTimeout(giveUp, GIVE_UP_MS);
    else silent();
  };
  const begin = (): void => {
    rest();
    slowTimer = setTimeout(() => beSlow(true), SLOW_MS);
    silentTimer = setTimeout(giveUp, GIVE_UP_MS);
  };

  return {
    async watch(answer, kind) {
      if (kind === 'work') working++;
      if (open++ === 0) begin();
      try {
        return await answer;
      } finally {
        if (kind === 'work') working--;
        beSlow(false);
        if (--open === 0) rest();
        else begin();
      }
    },
    stop: rest,
  };
}
