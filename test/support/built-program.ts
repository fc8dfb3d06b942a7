import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROJECT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const PATIENCE_MS = 60_000;

/**
 * Path of `pgsnapman.js`, built from the sources as they are now: once for a test run, into the run's own folder, which
 * other accounts can read, too. Several test processes may ask at a time.
 */
export async function builtProgram(): Promise<string> {
  const run = process.env.TEST_RUN_DIRECTORY;
  if (run === undefined) throw new Error('built-program.ts needs the global setup of the tests');
  const folder = join(run, 'built');
  const program = join(folder, 'dist', 'pgsnapman.js');
  const first = await mkdir(folder).then(
    () => true,
    () => false,
  );
  if (first) await build(folder);
  const until = Date.now() + PATIENCE_MS;
  while (!existsSync(program) && Date.now() < until) await sleep(100);
  if (!existsSync(program)) throw new Error('the program could not be built');
  return program;
}

/** A copy of our Node that other accounts can run, too: a clone may lie in a home that is closed to them. */
export async function nodeForEverybody(): Promise<string> {
  const copy = join(dirname(await builtProgram()), '..', 'node');
  if (!existsSync(copy)) await copyFile(process.execPath, copy);
  return copy;
}

/** The finished build appears in one rename. */
async function build(folder: string): Promise<void> {
  const draft = await mkdtemp(join(tmpdir(), 'pgsnapman-build-'));
  try {
    const script = join(PROJECT, 'scripts', 'build.mjs');
    await promisify(execFile)(process.execPath, [script, join(draft, 'dist')]);
    await rename(join(draft, 'dist'), join(folder, 'dist'));
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
