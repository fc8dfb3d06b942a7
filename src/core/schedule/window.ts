import { localTime } from './time-zone.ts';

/** A daily stretch of local time as `HH:MM` or `HH:MM:SS`, end exclusive; an end before the start is on the next day. */
export interface DailyWindow {
  start: string;
  end: string;
}

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;

/** True if `instant` lies inside the window by the clocks of `zone`. */
export function isInWindow(window: DailyWindow, instant: Date, zone: string): boolean {
  const now = ((localTime(instant, zone) % DAY) + DAY) % DAY;
  const [start, end] = [timeOfDay(window.start), timeOfDay(window.end)];
  return start < end ? start <= now && now < end : now >= start || now < end;
}

function timeOfDay(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * SECOND;
}
