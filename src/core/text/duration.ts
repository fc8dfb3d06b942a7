const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};
const UNIT_NAMES: Readonly<Record<string, keyof typeof UNITS_MS>> = {
  ms: 'ms',
  s: 's',
  sec: 's',
  second: 's',
  m: 'min',
  min: 'min',
  minute: 'min',
  h: 'h',
  hour: 'h',
  d: 'd',
  day: 'd',
  w: 'w',
  week: 'w',
};

/** `90s`, `24h`, `10 minutes`, `1h 30m` in milliseconds; null for anything else, also for a number without a unit. */
export function parseDuration(text: string): number | null {
  if (!/^\s*(\d+(\.\d+)?\s*[a-z]+\s*)+$/i.test(text)) return null;
  let totalMs = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi)) {
    const name = unit.toLowerCase();
    const factor = UNITS_MS[UNIT_NAMES[name] ?? UNIT_NAMES[name.replace(/s$/, '')] ?? ''];
    if (factor === undefined) return null;
    totalMs += Number(amount) * factor;
  }
  return totalMs;
}

/** A time span for people: `0.4s`, `12s`, `4m05s`, `2h03m`, `3d04h`. */
export function formatDuration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)}d${two(hours % 24)}h`;
}

const two = (value: number): string => String(value).padStart(2, '0');
