import { createReadStream } from 'node:fs';
import { StreamCounter } from '../../core/cluster-dump/stream-counter.ts';
import type { DumpContent } from '../../core/model/results.ts';

/**
 * Reads the stream of pg_dumpall as psql would, without running anything: every statement and all data of tables end as
 * they must, nothing is in it that pg_dumpall does not write, its closing line is there, and it has the databases, tables
 * and rows that were counted when the dump was taken.
 * @returns what is wrong; null: nothing
 */
export async function readStream(path: string, content: DumpContent, signal?: AbortSignal): Promise<string | null> {
  const counter = new StreamCounter();
  for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    signal?.throwIfAborted();
    counter.push(piece as Buffer);
  }
  const problem = counter.end();
  if (problem !== null) return `psql could not read it: ${problem}`;
  const same = JSON.stringify(counter.databases) === JSON.stringify(content.databases ?? []);
  return same ? null : 'its databases, tables and rows are not those that were counted when it was taken';
}
