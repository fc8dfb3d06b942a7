import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { blockKey } from './pack-index.ts';
import type { DamagedBlock } from './thread/tasks.ts';

/**
 * Blocks that were found damaged are remembered as files `damaged/<pack>-<block>` that hold the reason. Writers neither
 * refer to such a block nor use it as a base; when its content has come again, a writer puts it right and removes the
 * file.
 */
const NAME = /^([0-9a-f]{16})-(\d+)$/;

/** Remembers damage; as well as it can, since whoever finds it has more important things to say. */
export async function noteDamage(repository: string, damaged: readonly DamagedBlock[]): Promise<void> {
  for (const { key, reason } of damaged) {
    const name = key.replace(':', '-');
    await writeFile(join(repository, 'damaged', name), `${reason}\n`, { mode: 0o600 }).catch(() => {});
  }
}

/** Keys of all blocks that are known to be damaged. */
export async function knownDamage(repository: string): Promise<Set<string>> {
  const names = await readdir(join(repository, 'damaged'));
  return new Set(
    names.flatMap((name) => {
      const match = NAME.exec(name);
      return match === null ? [] : [blockKey(match[1] as string, Number(match[2]))];
    }),
  );
}

export function damageFile(repository: string, key: string): string {
  return join(repository, 'damaged', key.replace(':', '-'));
}
