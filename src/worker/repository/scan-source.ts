import type { Readable } from 'node:stream';
import { type ScanResult, type ScanTask, SEGMENT_BYTES, SEGMENT_HEAD } from './thread/tasks.ts';
import type { OpenFile } from './thread/thread-pool.ts';

/** A file on this machine, read by the threads themselves: faster than a stream. */
export interface FileSource {
  file: string;
  signal?: AbortSignal;
  /** Told after each part, with its bytes. */
  onRead?(bytes: number): void;
}

/** A part of a file that has been cut; its bytes are in the segment until the next one is asked for. */
export interface Scanned {
  segment: SharedArrayBuffer;
  result: ScanResult;
}

/** Buffers that are used again, by whichever file. */
const segments: SharedArrayBuffer[] = [];

export function borrowSegment(): SharedArrayBuffer {
  return segments.pop() ?? new SharedArrayBuffer(SEGMENT_HEAD + SEGMENT_BYTES);
}

export function giveBackSegment(segment: SharedArrayBuffer): void {
  segments.push(segment);
}

/** Has a source cut, part by part. The last part's result is final. */
export function scanSource(
  scanner: OpenFile,
  source: Readable | FileSource,
  countRows: boolean,
): AsyncGenerator<Scanned> {
  return 'file' in source ? scansOfFile(scanner, source, countRows) : scansOfStream(scanner, source, countRows);
}

/**
 * The thread reads the file itself. From the second part on it is one part ahead, so that it has work while the chunks of
 * the one before are looked up; shorter ones end with the first.
 */
async function* scansOfFile(scanner: OpenFile, source: FileSource, countRows: boolean): AsyncGenerator<Scanned> {
  const scan = (position: number, segment: SharedArrayBuffer) => {
    const from = { path: source.file, position };
    const task = { kind: 'scan' as const, file: scanner.file, segment, countRows, source: from };
    return scanner.run<ScanTask>({ ...task, length: SEGMENT_BYTES, final: false });
  };
  let segment = borrowSegment();
  let other: SharedArrayBuffer | null = null;
  let running = scan(0, segment);
  try {
    for (let position = SEGMENT_BYTES; ; position += SEGMENT_BYTES) {
      const result = await running;
      source.onRead?.(result.bytes);
      source.signal?.throwIfAborted();
      if (result.final) {
        yield { segment, result };
        return;
      }
      other ??= borrowSegment();
      running = scan(position, other);
      running.catch(() => {}); // looked at in the next round, if there is one
      yield { segment, result };
      [segment, other] = [other, segment];
    }
  } finally {
    await running.catch(() => {}); // the thread may still write into its segment
    giveBackSegment(segment);
    if (other !== null) giveBackSegment(other);
  }
}

async function* scansOfStream(scanner: OpenFile, stream: Readable, countRows: boolean): AsyncGenerator<Scanned> {
  const segment = borrowSegment();
  try {
    for await (const step of stepsOfStream(stream, new Uint8Array(segment, SEGMENT_HEAD))) {
      const task = { kind: 'scan' as const, file: scanner.file, segment, countRows };
      yield { segment, result: await scanner.run<ScanTask>({ ...task, ...step }) };
    }
  } finally {
    giveBackSegment(segment);
  }
}

type Step = Pick<ScanTask, 'length' | 'final'>;

async function* stepsOfStream(stream: Readable, room: Uint8Array): AsyncGenerator<Step> {
  let length = 0;
  for await (const chunk of stream) {
    let bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
    while (length + bytes.length > room.length) {
      const part = room.length - length;
      room.set(bytes.subarray(0, part), length);
      yield { length: room.length, final: false };
      bytes = bytes.subarray(part);
      length = 0;
    }
    room.set(bytes, length);
    length += bytes.length;
  }
  yield { length, final: true };
}
