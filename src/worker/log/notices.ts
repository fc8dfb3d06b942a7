import { unlinkSync } from 'node:fs';
import { mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * States of affairs that are worth one message, not one a minute: a file each in `state/notices/`. Creating it is the
 * test, so of several processes one speaks.
 */
export interface Notices {
  /** True the first time; false as long as nobody said that it is over. Names: lower case, digits, dashes. */
  begin(name: string): Promise<boolean>;
  /** True if it had begun. */
  end(name: string): Promise<boolean>;
  /** Names of what goes on. */
  list(): Promise<string[]>;
}

export function openNotices(stateFolder: string): Notices {
  const folder = join(stateFolder, 'notices');
  return {
    async begin(name) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      try {
        await (await open(join(folder, name), 'wx', 0o600)).close();
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
        throw error;
      }
    },
    async end(name) {
      try {
        unlinkSync(join(folder, name));
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
        throw error;
      }
    },
    list: () => readdir(folder).catch(() => []),
  };
}
