/**
 * Which due times of a job were dealt with, as stretches of time in order: everything inside a stretch was. One stretch
 * would do if clocks never lied. A clock that was a year ahead for a minute must neither stop a job for a year when it is
 * put right, nor run a due time again: the time that was jumped over is left out as a gap.
 */
export interface HandledStretch {
  from: Date;
  to: Date;
}

/** Older stretches are merged: nobody's clock jumps back that far twice. */
const KEPT_STRETCHES = 8;

/** The due time up to which everything is dealt with, as seen at `now`; null: nothing yet. */
export function lastHandled(stretches: readonly HandledStretch[], now: Date): Date | null {
  let newest: Date | null = null;
  for (const { from, to } of stretches) {
    if (from <= now && (newest === null || to > newest)) newest = to;
  }
  return newest;
}

/**
 * Adds a due time that is dealt with now. `skipped`: due times between it and the last one were passed over (their
 * number does not matter), so the stretch in between is not dealt with should the clock go back into it.
 */
export function addHandled(
  stretches: readonly HandledStretch[],
  dueAt: Date,
  skipped: boolean,
): readonly HandledStretch[] {
  if (stretches.length === 0) return [{ from: new Date(0), to: dueAt }];
  const before = stretches.filter(({ from }) => from <= dueAt).sort((a, b) => a.to.getTime() - b.to.getTime());
  const last = before.at(-1);
  if (last !== undefined && last.to >= dueAt) return stretches;
  const rest = stretches.filter((stretch) => stretch !== last);
  const added =
    last === undefined
      ? [{ from: dueAt, to: dueAt }]
      : skipped
        ? [last, { from: dueAt, to: dueAt }]
        : [{ from: last.from, to: dueAt }];
  return mergeOldest([...rest, ...added].sort((a, b) => a.from.getTime() - b.from.getTime()));
}

function mergeOldest(stretches: HandledStretch[]): HandledStretch[] {
  const [first, second, ...rest] = stretches;
  if (stretches.length <= KEPT_STRETCHES || first === undefined || second === undefined) return stretches;
  return [{ from: first.from, to: new Date(Math.max(second.to.getTime(), first.to.getTime())) }, ...rest];
}
