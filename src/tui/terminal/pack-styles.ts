/** Looks of the next character, as the terminal keeps them. Null: something unknown was set. */
export interface StyleState {
  bold: boolean;
  dim: boolean;
  inverse: boolean;
  /** SGR code of the colour; 39: the terminal's own. */
  color: number;
}

const PLAIN: StyleState = { bold: false, dim: false, inverse: false, color: 39 };
const RUN = /(?:\u001b\[[\d;]*m)+/g;
const CODES = /\u001b\[([\d;]*)m/g;

/**
 * Leaves out changes of style that change nothing. Ink repeats every style of the part of a line that it keeps, which is
 * more than the text that follows. Gives the text and the style that the terminal is left with.
 */
export function packStyles(text: string, before: StyleState | null): { text: string; after: StyleState | null } {
  let state = before;
  const packed = text.replace(RUN, (run) => {
    const next = applied(run, state);
    const codes = next === null || state === null ? null : difference(state, next);
    state = next;
    if (codes === null) return run;
    return codes.length === 0 ? '' : `\u001b[${codes.join(';')}m`;
  });
  return { text: packed, after: state };
}

/** The style after a run of changes; null: one of them is not known here. */
function applied(run: string, before: StyleState | null): StyleState | null {
  let state = before;
  for (const [, list = ''] of run.matchAll(CODES)) {
    for (const code of list === '' ? [0] : list.split(';').map(Number)) state = withCode(state, code);
  }
  return state;
}

function withCode(state: StyleState | null, code: number): StyleState | null {
  if (code === 0) return PLAIN;
  if (state === null) return null;
  if (code === 1) return { ...state, bold: true };
  if (code === 2) return { ...state, dim: true };
  if (code === 22) return { ...state, bold: false, dim: false };
  if (code === 7 || code === 27) return { ...state, inverse: code === 7 };
  const isColor = (code >= 30 && code <= 37) || code === 39 || (code >= 90 && code <= 97);
  return isColor ? { ...state, color: code } : null;
}

function difference(from: StyleState, to: StyleState): number[] {
  const codes: number[] = [];
  // One code ends both.
  const ends = (from.bold && !to.bold) || (from.dim && !to.dim);
  if (ends) codes.push(22);
  if (to.bold && (ends || !from.bold)) codes.push(1);
  if (to.dim && (ends || !from.dim)) codes.push(2);
  if (from.inverse !== to.inverse) codes.push(to.inverse ? 7 : 27);
  if (from.color !== to.color) codes.push(to.color);
  return codes;
}
