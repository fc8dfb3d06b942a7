import { hash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { StoreParameters } from '../../../core/repository/parameters.ts';
import { BlockDecoder, DamagedBlockError } from './block-decoder.ts';
import { encodeBlock } from './encode-block.ts';
import { FileRead } from './read-file.ts';
import { FileScan } from './scan-file.ts';
import type { DamagedBlock, Recipe, Task, VerifyResult, VerifyTask } from './tasks.ts';

/** The other side of the thread pool: cuts, hashes, compresses and decompresses. */
const { parameters, cacheBytes } = workerData as { parameters: StoreParameters; cacheBytes: number };
const decoder = new BlockDecoder(cacheBytes);
const scans = new Map<number, FileScan>();
const reads = new Map<number, FileRead>();

function entry<T>(map: Map<number, T>, key: number, make: () => T): T {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

function run(task: Task): unknown {
  switch (task.kind) {
    case 'scan': {
      const result = entry(scans, task.file, () => new FileScan(parameters)).scan(task);
      if (result.final) scans.delete(task.file);
      return result;
    }
    case 'encode':
      return encodeBlock(task, decoder);
    case 'read': {
      const result = entry(reads, task.file, () => new FileRead()).read(task, decoder);
      if (task.final) reads.delete(task.file);
      return result;
    }
    case 'verify':
      return verify(task);
    case 'forget':
      scans.get(task.file)?.close();
      reads.get(task.file)?.close();
      scans.delete(task.file);
      reads.delete(task.file);
      return null;
  }
}

/** Reads blocks back and compares every chunk with its id. Only what is on disk counts, not what is remembered. */
function verify(task: VerifyTask): VerifyResult {
  const fresh = new BlockDecoder(cacheBytes);
  const recipes = new Map<string, Recipe>(task.recipes.map((recipe) => [recipe.key, recipe]));
  const damaged: DamagedBlock[] = [];
  for (const block of task.blocks) {
    try {
      fresh.lend(block.key, recipes, (raw) => compareChunks(raw, block));
    } catch (error) {
      if (!(error instanceof DamagedBlockError)) throw error;
      damaged.push(error.damaged);
    }
  }
  fresh.forget();
  return { damaged };
}

function compareChunks(raw: Buffer, { key, lengths, ids }: VerifyTask['blocks'][number]): void {
  let at = 0;
  lengths.forEach((length, i) => {
    const id = hash('sha256', raw.subarray(at, at + length), 'buffer');
    if (!id.equals(ids.subarray(i * 32, i * 32 + 32))) {
      throw new DamagedBlockError(key, 'its content has another hash than its index says');
    }
    at += length;
  });
}

parentPort?.on('message', ({ id, task }: { id: number; task: Task }) => {
  try {
    parentPort?.postMessage({ id, result: run(task) });
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    parentPort?.postMessage({ id, error: { message, code } });
  }
});
