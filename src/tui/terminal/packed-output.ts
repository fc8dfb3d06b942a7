import { EventEmitter } from 'node:events';
import { packStyles, type StyleState } from './pack-styles.ts';

/** The part of a terminal's output stream that is used; `process.stdout` is one. */
export interface TerminalOutput extends EventEmitter {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
  writable?: boolean;
  destroyed?: boolean;
  writableEnded?: boolean;
  write(text: string, done?: () => void): unknown;
}

const FRAME_BEGINS = '\u001b[?2026h';
const FRAME_ENDS = '\u001b[?2026l';
const RESET = '\u001b[0m';
const NEXT_LINE = '\u001b[E';
const NEXT_LINES = /(?:\u001b\[E){2,}/g;

/**
 * The output stream for Ink. It writes a frame at once instead of in three parts, goes over lines that did not change in
 * one step, and leaves out changes of style without effect: together more than half of the bytes of a small change.
 */
export class PackedOutput extends EventEmitter {
  readonly #output: TerminalOutput;
  #held: string | null = null;
  #muted = false;
  /** Unknown until the first reset, which we send ourselves. */
  #style: StyleState | null = null;
  /** Bytes written so far. */
  written = 0;

  constructor(output: TerminalOutput) {
    super();
    this.#output = output;
  }

  get isTTY(): boolean {
    return true;
  }
  get columns(): number {
    return this.#output.columns ?? 80;
  }
  get rows(): number {
    return this.#output.rows ?? 24;
  }
  get writable(): boolean {
    return this.#output.writable ?? true;
  }
  get destroyed(): boolean {
    return this.#output.destroyed ?? false;
  }
  get writableEnded(): boolean {
    return this.#output.writableEnded ?? false;
  }

  /** While muted, what is written is lost: for frames that a repaint replaces. */
  mute(muted: boolean): void {
    this.#muted = muted;
  }

  write(text: string | Uint8Array, done?: () => void): boolean {
    const piece = typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
    if (piece === FRAME_BEGINS && this.#held === null) {
      this.#held = piece;
      // Whatever happens to the rest of the frame, nothing is held for long.
      queueMicrotask(() => this.#release());
      return true;
    }
    if (this.#held === null) return this.#send(piece, done);
    this.#held += piece;
    if (piece === FRAME_ENDS || done !== undefined) this.#release(done);
    return true;
  }

  #release(done?: () => void): void {
    const held = this.#held;
    this.#held = null;
    if (held !== null) this.#send(held, done);
  }

  #send(text: string, done?: () => void): boolean {
    if (this.#muted) {
      if (done !== undefined) queueMicrotask(done);
      return true;
    }
    const { text: packed, after } = packStyles(packLines(this.#style === null ? `${RESET}${text}` : text), this.#style);
    this.#style = after;
    this.written += Buffer.byteLength(packed);
    return this.#output.write(packed, done) !== false;
  }
}

/** `n` times "to the start of the next line" as one sequence. */
export function packLines(text: string): string {
  return text.replace(NEXT_LINES, (run) => `\u001b[${run.length / NEXT_LINE.length}E`);
}
