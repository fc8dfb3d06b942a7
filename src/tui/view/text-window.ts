/** What stands between title and rule. */
export interface Body {
  lines: readonly string[];
  /** Which part of it this is, for the title; empty: all of it. */
  place: string;
}

/** As many lines of a long text as there is room for: `18-34 of 60 lines`. */
export function textWindow(lines: readonly string[], scroll: number, height: number): Body {
  const top = clampScroll(scroll, lines.length, height);
  const shown = lines.slice(top, top + height);
  const place = lines.length <= height ? '' : `${top + 1}-${top + shown.length} of ${lines.length} lines`;
  return { lines: shown, place };
}

/** The last line stays at the bottom. */
export function clampScroll(scroll: number, lines: number, height: number): number {
  return Math.max(0, Math.min(scroll, lines - height));
}
