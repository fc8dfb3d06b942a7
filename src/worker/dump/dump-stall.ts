import { type StallProbe, StallWatch } from '../process/stall-watch.ts';

/** What is watched of a dump: the program that takes it, and the repository that stores what it has written. */
export interface WatchedDump {
  /** Such as `pg_dump`. */
  program: string;
  stallTimeoutMs: number;
  /** True while the program need not do anything before the repository has. */
  waitsForRepository(): boolean;
  probe(): Promise<StallProbe>;
  /** @param who stood still, such as `pg_dump`; @param waiting what it waited for */
  onStall(who: string, waiting: string): void;
}

const LOOK_EVERY_MS = 1_000;

/** Finds out when a dump stands still, and who does. */
export function watchForStall(dump: WatchedDump): StallWatch {
  const { program, stallTimeoutMs: timeoutMs } = dump;
  return new StallWatch({
    timeoutMs,
    intervalMs: Math.max(50, Math.min(LOOK_EVERY_MS, timeoutMs / 5)),
    probe: () => dump.probe(),
    onStall: (waiting) => {
      if (dump.waitsForRepository()) dump.onStall('the dump', 'for the repository');
      else dump.onStall(program, waiting ?? 'for an answer of the server');
    },
  });
}
