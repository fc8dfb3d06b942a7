import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { type BlockDecoder, DamagedBlockError } from './block-decoder.ts';
import type { ReadResult, ReadTask, Recipe } from './tasks.ts';

/** One file on its way out, perhaps over several tasks. */
export class FileRead {
  readonly #hash: Hash = createHash('sha256');
  readonly #parts: Buffer[] = [];
  #file: number | null = null;

  /** Writes (or collects) the slices of a task. A damaged block ends the file: it is reported, not left out. */
  read(task: ReadTask, decoder: BlockDecoder): ReadResult {
    const recipes = new Map<string, Recipe>(task.recipes.map((recipe) => [recipe.key, recipe]));
    if (task.first && task.path !== null) this.#file = openSync(task.path, 'wx', 0o600);
    try {
      for (const slice of task.slices) {
        decoder.lendJoined([slice], recipes, (part) => this.#take(part));
      }
    } catch (error) {
      if (!(error instanceof DamagedBlockError)) throw error;
      return { sha256: null, bytes: null, damaged: [error.damaged] };
    }
    if (!task.final) return { sha256: null, bytes: null, damaged: [] };
    this.close();
    const bytes = task.path === null ? new Uint8Array(Buffer.concat(this.#parts)) : null;
    return { sha256: this.#hash.digest('hex'), bytes, damaged: [] };
  }

  #take(part: Buffer): void {
    this.#hash.update(part);
    if (this.#file === null) this.#parts.push(Buffer.from(part));
    else writeAll(this.#file, part);
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
