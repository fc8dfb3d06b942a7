import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Numbers that look random and are the same every time (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const WORDS = 'ready order paid cancelled north south east west parcel letter invoice draft open closed held'.split(
  ' ',
);

/** A table as pg_dump writes it: rows in physical order, where an update moves a row to the end. */
export class SampleTable {
  readonly #random: () => number;
  #rows: string[] = [];
  #next = 1;

  constructor(seed: number) {
    this.#random = randomNumbers(seed);
  }

  get rowCount(): number {
    return this.#rows.length;
  }

  append(rows: number): void {
    for (let i = 0; i < rows; i += 1) this.#rows.push(this.#row(this.#next++));
  }

  /** Updates this part of the rows, evenly; half of the new versions take the place of old ones, as after a vacuum. */
  update(part: number): void {
    const step = Math.max(1, Math.round(1 / part));
    const moved: string[] = [];
    const start = Math.floor(this.#random() * step);
    const kept = this.#rows.filter((row, i) => {
      if (i % step !== start) return true;
      moved.push(this.#row(Number(row.slice(0, row.indexOf('\t')))));
      return false;
    });
    const back = moved.filter(() => this.#random() < 0.5);
    const places = back.map(() => Math.floor(this.#random() * kept.length)).sort((a, b) => a - b);
    const rows: string[] = [];
    let at = 0;
    places.forEach((place, i) => {
      for (; at < place; at += 1) rows.push(kept[at] as string);
      rows.push(back[i] as string);
    });
    const isBack = new Set(back);
    this.#rows = rows.concat(
      kept.slice(at),
      moved.filter((row) => !isBack.has(row)),
    );
  }

  /** What `cluster` does: all rows in another order. */
  rewrite(): void {
    this.#rows.sort((a, b) => (a.slice(a.indexOf('\t')) < b.slice(b.indexOf('\t')) ? -1 : 1));
  }

  /** A data file of a directory dump. */
  bytes(): Buffer {
    return Buffer.from(`${this.#rows.join('')}\\.\n\n\n`);
  }

  #row(id: number): string {
    const r = this.#random;
    const word = () => WORDS[Math.floor(r() * WORDS.length)];
    const hash = createHash('md5').update(`${id}/${r()}`).digest('hex').slice(0, 12);
    return `${id}\t${Math.floor(r() * 1e6)}\t${word()} ${word()} ${word()}\t2024-0${1 + Math.floor(r() * 9)}-1${Math.floor(r() * 10)} 12:${10 + Math.floor(r() * 49)}:00.${Math.floor(r() * 1e6)}\t${(r() * 1e4).toFixed(2)}\t${hash}\t\\N\n`;
  }
}

/** Writes files into a folder, which is made. */
export function writeFiles(directory: string, files: Readonly<Record<string, Uint8Array | string>>): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(directory, name), bytes);
}
