import type { Style } from './theme.ts';

/** A state as people read it: a sign, a word, a tone. The sign tells states apart where there is no colour. */
export interface Tone {
  sign: string;
  word: string;
  style: Style;
}

const TONES: Readonly<Record<string, Tone>> = {
  ok: { sign: '*', word: 'ok', style: 'good' },
  ok_with_warnings: { sign: '!', word: 'warnings', style: 'warning' },
  failed: { sign: 'x', word: 'failed', style: 'bad' },
  stalled: { sign: 'x', word: 'stalled', style: 'bad' },
  cancelled: { sign: '-', word: 'cancelled', style: 'warning' },
  lost: { sign: '?', word: 'lost', style: 'bad' },
  removing: { sign: '-', word: 'removing', style: 'dim' },
  damaged: { sign: 'x', word: 'damaged', style: 'bad' },
  active: { sign: '*', word: 'active', style: 'good' },
  halted: { sign: '-', word: 'halted', style: 'warning' },
  waiting: { sign: '.', word: 'waiting', style: 'accent' },
  running: { sign: '>', word: 'running', style: 'accent' },
  finished: { sign: '=', word: 'finished', style: 'dim' },
  unseen: { sign: '?', word: 'not seen', style: 'bad' },
  covered: { sign: '*', word: 'covered', style: 'good' },
  uncovered: { sign: '!', word: 'no job', style: 'warning' },
  no_dump: { sign: '!', word: 'no dump', style: 'warning' },
  dropped: { sign: '-', word: 'dropped', style: 'dim' },
  debug: { sign: '.', word: 'debug', style: 'dim' },
  info: { sign: '.', word: 'info', style: 'plain' },
  warning: { sign: '!', word: 'warning', style: 'warning' },
  error: { sign: 'x', word: 'error', style: 'bad' },
  critical: { sign: 'x', word: 'critical', style: 'bad' },
};

export function toneOf(state: string): Tone {
  return TONES[state] ?? { sign: ' ', word: state, style: 'plain' };
}

/** `x failed`. */
export function toneText(state: string): string {
  const { sign, word } = toneOf(state);
  return `${sign} ${word}`;
}
