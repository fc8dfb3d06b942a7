/** Signs of life of a child, taken together every now and then. */
export interface LifeSigns {
  /** Bytes written so far. */
  bytes: number;
  /** Lines of progress so far. */
  marks: number;
  /** A backend of it is active and waits neither for a lock nor for its client; null: not known. */
  working: boolean | null;
}

export interface StallState {
  bytes: number;
  marks: number;
  /** Time of the last progress, milliseconds. */
  progressAt: number;
}

export const startOfStallWatch = (nowMs: number): StallState => ({ bytes: 0, marks: 0, progressAt: nowMs });

/** What counts as progress: more (or fewer) bytes, a line, or a backend that works. */
export function watchForStall(state: StallState, signs: LifeSigns, nowMs: number): StallState {
  const moved = signs.bytes !== state.bytes || signs.marks !== state.marks || signs.working === true;
  return { bytes: signs.bytes, marks: signs.marks, progressAt: moved ? nowMs : state.progressAt };
}

export const isStalled = (state: StallState, nowMs: number, timeoutMs: number): boolean =>
  nowMs - state.progressAt >= timeoutMs;
