const MINUTE = 60_000;

/**
 * What clocks show, written down from the tz database: since when, and how many minutes they are ahead of
 * UTC then. By hand, so that the simulation knows nothing from the code that it checks. From 2023 to the end of 2024,
 * which no government changes any more: two zones with usual changes of the clocks, one that changes by half an hour, one
 * that changes for Ramadan, one that never does.
 */
const OFFSETS = {
  'Europe/Berlin': [
    ['2022-10-30T01:00Z', 60],
    ['2023-03-26T01:00Z', 120],
    ['2023-10-29T01:00Z', 60],
    ['2024-03-31T01:00Z', 120],
    ['2024-10-27T01:00Z', 60],
  ],
  'America/New_York': [
    ['2022-11-06T06:00Z', -300],
    ['2023-03-12T07:00Z', -240],
    ['2023-11-05T06:00Z', -300],
    ['2024-03-10T07:00Z', -240],
    ['2024-11-03T06:00Z', -300],
  ],
  'Australia/Lord_Howe': [
    ['2022-10-01T15:30Z', 660],
    ['2023-04-01T15:00Z', 630],
    ['2023-09-30T15:30Z', 660],
    ['2024-04-06T15:00Z', 630],
    ['2024-10-05T15:30Z', 660],
  ],
  'Africa/Casablanca': [
    ['2022-05-08T02:00Z', 60],
    ['2023-03-19T02:00Z', 0],
    ['2023-04-23T02:00Z', 60],
    ['2024-03-10T02:00Z', 0],
    ['2024-04-14T02:00Z', 60],
  ],
  'Asia/Kathmandu': [['1986-01-01T00:00Z', 345]],
} as const satisfies Record<string, readonly (readonly [string, number])[]>;

export type Zone = keyof typeof OFFSETS;
export const ZONES = Object.keys(OFFSETS) as Zone[];
/** The table says nothing of what comes much later. */
const TABLE_END = Date.parse('2025-01-01T00:00Z');

interface Offset {
  since: number;
  /** Milliseconds that local clocks are ahead of UTC. */
  ahead: number;
}

const TABLE = new Map<Zone, Offset[]>(
  ZONES.map((zone) => [
    zone,
    OFFSETS[zone].map(([since, minutes]) => ({ since: Date.parse(since), ahead: minutes * MINUTE })),
  ]),
);

/** The offset that holds at an instant, and the one before it. */
export function offsetsAt(zone: Zone, instant: number): { now: Offset; before: Offset | null } {
  const offsets = TABLE.get(zone) ?? [];
  const index = offsets.findLastIndex(({ since }) => since <= instant);
  const now = offsets[index];
  if (now === undefined || instant > TABLE_END + 7 * 24 * 60 * MINUTE)
    throw new RangeError(`nothing is known of ${zone} at ${new Date(instant).toISOString()}`);
  return { now, before: offsets[index - 1] ?? null };
}

/** Minutes since midnight on a clock in the zone. */
export function minuteOfDay(zone: Zone, instant: number): number {
  const local = new Date(instant + offsetsAt(zone, instant).now.ahead);
  return local.getUTCHours() * 60 + local.getUTCMinutes();
}

/** When clocks change in one of the zones. */
export function clockChanges(start: Date, end: Date): Date[] {
  return [...TABLE.values()]
    .flat()
    .map(({ since }) => new Date(since))
    .filter((at) => start < at && at < end)
    .sort((a, b) => a.getTime() - b.getTime());
}
