import { EventEmitter } from 'node:events';
import { createKeySplitter } from './split-keys.ts';

/** The part of a terminal's input stream that is used; `process.stdin` is one. */
export interface TerminalInput extends EventEmitter {
  isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  resume(): unknown;
  pause(): unknown;
  ref?(): unknown;
  unref?(): unknown;
}

/** Parts of a sequence arrive together even over a slow line; a person needs longer between two keys. */
const SEQUENCE_TIMEOUT_MS = 30;
/** Text that was pasted into a terminal without bracketed paste must not be carried out as thousands of commands. */
const MOST_KEYS_AHEAD = 500;

/**
 * The input stream for Ink: hands on one key at a time, and the next one only after everybody has seen that one, so that
 * no component decides by what was on the screen two keys ago.
 */
export class KeyStream extends EventEmitter {
  readonly isTTY = true;
  readonly #input: TerminalInput;
  readonly #splitter = createKeySplitter();
  readonly #queue: string[] = [];
  #current: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  #reading = false;

  constructor(input: TerminalInput) {
    super();
    this.#input = input;
  }

  setRawMode(on: boolean): this {
    this.#input.setRawMode?.(on);
    if (on && !this.#reading) {
      this.#input.setEncoding('utf8');
      this.#input.on('data', this.#onData);
      this.#input.resume();
    } else if (!on && this.#reading) {
      this.#input.off('data', this.#onData);
      this.#input.pause();
      clearTimeout(this.#timer);
      clearImmediate(this.#turn);
      this.#queue.length = 0;
    }
    this.#reading = on;
    return this;
  }

  /** Raw mode once more, after somebody else changed it: saying the same again would do nothing. */
  renewRawMode(): void {
    this.#input.setRawMode?.(false);
    this.#input.setRawMode?.(true);
  }

  setEncoding(): this {
    return this;
  }

  ref(): this {
    this.#input.ref?.();
    return this;
  }

  unref(): this {
    this.#input.unref?.();
    return this;
  }

  read(): string | null {
    const key = this.#current;
    this.#current = null;
    return key;
  }

  readonly #onData = (chunk: unknown): void => {
    clearTimeout(this.#timer);
    this.#add(this.#splitter.push(String(chunk)));
    if (!this.#splitter.isWaiting()) return;
    this.#timer = setTimeout(() => this.#add(this.#splitter.flush()), SEQUENCE_TIMEOUT_MS);
  };

  #add(keys: readonly string[]): void {
    const idle = this.#queue.length === 0 && this.#turn === undefined;
    this.#queue.push(...keys.slice(0, Math.max(0, MOST_KEYS_AHEAD - this.#queue.length)));
    if (idle) this.#deliver();
  }

  #deliver(): void {
    this.#turn = undefined;
    const key = this.#queue.shift();
    if (key === undefined) return;
    this.#current = key;
    // Set before the key is handed on: a key that arrives meanwhile takes its turn.
    this.#turn = setImmediate(() => this.#deliver());
    this.emit('readable');
  }
}
