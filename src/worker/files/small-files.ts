import { readFileSync, type Stats, statSync, unlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

/** Others get their turn after so long. */
const TURN_MS = 10;

/**
 * Reads many small files one after the other. Each is read at once, since handing it to another thread and back costs ten
 * times what reading does; now and then timers, signals and answers of a server get their turn.
 */
class SmallFiles {
  #since = performance.now();

  /** @throws the error of the file system */
  async read(path: string): Promise<Buffer> {
    await this.#breathe();
    return readFileSync(path);
  }

  /** Size in bytes; 0: not there, or out of reach. */
  async size(path: string): Promise<number> {
    return (await this.#stat(path))?.size ?? 0;
  }

  /** Size in bytes of a regular file; null: there is none, or it is out of reach. */
  async sizeOfFile(path: string): Promise<number | null> {
    const found = await this.#stat(path);
    return found?.isFile() === true ? found.size : null;
  }

  /** Removes a file; returns its size in bytes, 0 if it was not there. @throws the error of the file system */
  async remove(path: string): Promise<number> {
    const bytes = await this.size(path);
    try {
      unlinkSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    return bytes;
  }

  async #stat(path: string): Promise<Stats | undefined> {
    await this.#breathe();
    try {
      return statSync(path, { throwIfNoEntry: false });
    } catch {
      return undefined;
    }
  }

  async #breathe(): Promise<void> {
    if (performance.now() - this.#since < TURN_MS) return;
    await setImmediate();
    this.#since = performance.now();
  }
}

/** One for all, since all share the time of one thread. */
export const smallFiles = new SmallFiles();
