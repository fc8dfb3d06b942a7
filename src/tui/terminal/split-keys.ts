import { charactersOf } from '../../core/text/characters.ts';

const ESCAPE = '\u001b';
/** Escape as one complete sequence (kitty's form), so that no parser has to wait whether more is coming. */
export const ESCAPE_KEY = '\u001b[27u';
const PASTE_START = '\u001b[200~';
const PASTE_END = '\u001b[201~';
const CSI = /\u001b\[(?:\[[A-E]|[235678]\$|[0-?]*[ -/]*[@-~])/y;
const CSI_BEGUN = /\u001b\[(?:\[|[0-?]*[ -/]*)$/y;
const SS3 = /\u001bO[0-9;]*[@-~]/y;
const SS3_BEGUN = /\u001bO[0-9;]*$/y;
/** Strings that only terminals send: OSC, DCS, PM, APC, SOS; an answer to a question that nobody asked here. */
const REPLY = /\u001b[\]P^_X][^\u0007\u001b]*(?:\u0007|\u001b\\)/y;
const REPLY_BEGUN = /\u001b[\]P^_X][^\u0007\u001b]*\u001b?$/y;
const LONGEST_PASTE = 1_048_576;
const LONGEST_SEQUENCE = 4096;

export interface KeySplitter {
  /** Single keys, whole sequences and whole pastes of what has arrived so far. */
  push(chunk: string): string[];
  /** True: a sequence has begun, and the caller should `flush` if nothing follows soon. */
  isWaiting(): boolean;
  /** Nothing followed: what was begun were keys after all. */
  flush(): string[];
}

/**
 * Splits what a terminal sends into single keys. Several of them can arrive together (`jjj`, `text` and Enter), sequences
 * can arrive in parts; both look the same to whoever reads the keys after this. Replies of the terminal are left out.
 */
export function createKeySplitter(): KeySplitter {
  let pending = '';
  const inPaste = (): boolean => pending.startsWith(PASTE_START);
  return {
    push(chunk) {
      const { keys, rest } = split(pending + chunk);
      const limit = rest.startsWith(PASTE_START) ? LONGEST_PASTE : LONGEST_SEQUENCE;
      pending = rest.length > limit ? '' : rest;
      return keys;
    },
    isWaiting: () => pending !== '' && !inPaste(),
    flush() {
      if (inPaste()) return [];
      const text = pending;
      pending = '';
      // A reply that stopped half way is dropped; ESC and a character were typed.
      if (text.length > 2 && /^\u001b[\]P^_X]/.test(text)) return [];
      return text === '' ? [] : [ESCAPE_KEY, ...characters(text.slice(1))];
    },
  };
}

function split(text: string): { keys: string[]; rest: string } {
  const keys: string[] = [];
  let index = 0;
  while (index < text.length) {
    const escapeAt = text.indexOf(ESCAPE, index);
    if (escapeAt !== index) {
      const end = escapeAt === -1 ? text.length : escapeAt;
      keys.push(...characters(text.slice(index, end)));
      index = end;
      continue;
    }
    if (text.startsWith(PASTE_START, index)) {
      const end = text.indexOf(PASTE_END, index);
      if (end === -1) return { keys, rest: text.slice(index) };
      keys.push(text.slice(index, end + PASTE_END.length));
      index = end + PASTE_END.length;
      continue;
    }
    const sequence = matchAt(CSI, text, index) ?? matchAt(SS3, text, index);
    const reply = matchAt(REPLY, text, index);
    if (sequence !== null) keys.push(sequence);
    else if (reply === null && isBegun(text, index)) return { keys, rest: text.slice(index) };
    else if (reply === null) keys.push(ESCAPE_KEY);
    index += (sequence ?? reply ?? ESCAPE).length;
  }
  return { keys, rest: '' };
}

function isBegun(text: string, index: number): boolean {
  if (index === text.length - 1) return true;
  return [CSI_BEGUN, SS3_BEGUN, REPLY_BEGUN].some((pattern) => matchAt(pattern, text, index) !== null);
}

function matchAt(pattern: RegExp, text: string, index: number): string | null {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0] ?? null;
}

/** Characters as people see them; every kind of line end is the Enter key. */
function characters(text: string): string[] {
  return charactersOf(text.replace(/\r\n|\n/g, '\r'));
}
