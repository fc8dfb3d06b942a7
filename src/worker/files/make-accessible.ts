import { chmod, lstat, readdir } from 'node:fs/promises';

const SLASH = Buffer.from('/');

/**
 * Makes all folders below a folder, and itself, ones that their owner can enter and empty: a script can leave others. As
 * well as can be done; links are not followed.
 */
export async function makeAccessible(folder: string | Buffer): Promise<void> {
  const base = Buffer.from(folder);
  const found = await lstat(base).catch(() => null);
  if (found === null || !found.isDirectory()) return; // chmod would follow a link
  await chmod(base, 0o700).catch(() => {});
  const entries = await readdir(base, { encoding: 'buffer', withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory()) await makeAccessible(Buffer.concat([base, SLASH, entry.name]));
  }
}
