import { createHash, type Hash, hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { nextChunk } from '../../../core/repository/chunker.ts';
import { countLineFeeds } from '../../../core/repository/count-lines.ts';
import type { StoreParameters } from '../../../core/repository/parameters.ts';
import { type ScanResult, type ScanTask, SEGMENT_HEAD } from './tasks.ts';

/** As much of a file's end as anybody looks at. */
const TAIL_BYTES = 16;

/** The line that ends COPY data, with the end of the line before. */
const END_OF_COPY = Buffer.from('\n\\.\n');
const LINE_FEED = 10;

/** One file on its way in: what is left over between segments, and the hash of the whole. */
export class FileScan {
  readonly #hash: Hash = createHash('sha256');
  readonly #parameters: StoreParameters;
  #rest: Buffer = Buffer.alloc(0);
  #tail: Buffer = Buffer.alloc(0);
  #bytes = 0;
  #lineFeeds = 0;
  #copyEnded = false;
  #afterEnd = false;
  #file: number | null = null;

  constructor(parameters: StoreParameters) {
    this.#parameters = parameters;
  }

  /** Cuts what the task brings into chunks, hashes and sketches them. */
  scan(task: ScanTask): ScanResult {
    const bytes = new Uint8Array(task.segment);
    const length = task.source === undefined ? task.length : this.#read(task.source, bytes, task.length);
    const final = task.source === undefined ? task.final : length < task.length;
    const start = SEGMENT_HEAD - this.#rest.length;
    const end = SEGMENT_HEAD + length;
    bytes.set(this.#rest, start);
    const fresh = bytes.subarray(SEGMENT_HEAD, end);
    this.#take(fresh, task.countRows);
    const chunks = this.#cut(bytes, start, end, final);
    return { bytes: length, final, ...chunks, summary: final ? this.#summary() : null };
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #read(source: { path: string; position: number }, bytes: Uint8Array, length: number): number {
    this.#file ??= openSync(source.path, 'r');
    let got = 0;
    while (got < length) {
      const n = readSync(this.#file, bytes, SEGMENT_HEAD + got, length - got, source.position + got);
      if (n === 0) break;
      got += n;
    }
    return got;
  }

  #take(fresh: Uint8Array, countRows: boolean): void {
    this.#hash.update(fresh);
    this.#bytes += fresh.length;
    if (countRows) this.#countRows(fresh);
    this.#tail = Buffer.concat([this.#tail, fresh.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
  }

  #countRows(fresh: Uint8Array): void {
    this.#lineFeeds += countLineFeeds(fresh);
    let rest = fresh;
    if (!this.#copyEnded) {
      const at = Buffer.from(fresh.buffer, fresh.byteOffset, fresh.length).indexOf(END_OF_COPY);
      if (at < 0) return;
      this.#copyEnded = true;
      rest = fresh.subarray(at + END_OF_COPY.length);
    }
    this.#afterEnd ||= rest.some((byte) => byte !== LINE_FEED);
  }

  #cut(bytes: Uint8Array, start: number, end: number, final: boolean): Pick<ScanResult, 'places' | 'ids' | 'features'> {
    const parameters = this.#parameters;
    const most = Math.ceil((end - start) / parameters.min_chunk) + 1;
    const places = new Uint32Array(most * 2);
    const ids = new Uint8Array(most * 32);
    const features = new Uint32Array(most * parameters.features);
    let count = 0;
    let at = start;
    while (at < end) {
      const next = nextChunk(bytes, at, end, final, parameters, features, count * parameters.features);
      if (next < 0) break;
      places[count * 2] = at;
      places[count * 2 + 1] = next - at;
      ids.set(hash('sha256', bytes.subarray(at, next), 'buffer'), count * 32);
      count += 1;
      at = next;
    }
    this.#rest = Buffer.from(bytes.slice(at, end));
    return {
      places: places.slice(0, count * 2),
      ids: ids.slice(0, count * 32),
      features: features.slice(0, count * parameters.features),
    };
  }

  #summary(): NonNullable<ScanResult['summary']> {
    this.close();
    return {
      sha256: this.#hash.digest('hex'),
      bytes: this.#bytes,
      lineFeeds: this.#lineFeeds,
      afterEnd: this.#afterEnd,
      tail: this.#tail,
    };
  }
}
