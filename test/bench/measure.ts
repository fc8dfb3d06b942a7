import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a command took. CPU seconds are those of all its processes, not of a server that it talks to. */
export interface Taken {
  seconds: number;
  cpuSeconds: number;
  stdout: string;
}

/** Runs a command and measures it. @throws Error when it fails */
export function run(command: readonly string[], env: Readonly<Record<string, string>> = {}): Taken {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@"';
  const result = spawnSync('bash', ['-c', script, 'bash', ...command], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 1 << 26,
  });
  const [real = 0, user = 0, system = 0] = (result.stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  if (result.status !== 0) throw new Error(`${command.join(' ')} ended with ${result.status}: ${result.stderr}`);
  return { seconds: real, cpuSeconds: user + system, stdout: result.stdout };
}

/** The one in the middle by time. */
export function median(taken: readonly Taken[]): Taken {
  return taken.toSorted((a, b) => a.seconds - b.seconds)[taken.length >> 1] as Taken;
}

/** Runs both in turn, so many times; the machine's moods hit both. */
export async function inTurn(
  times: number,
  ours: () => Promise<Taken> | Taken,
  peer: () => Promise<Taken> | Taken,
): Promise<{ ours: Taken; peer: Taken }> {
  const found = { ours: [] as Taken[], peer: [] as Taken[] };
  for (let i = 0; i < times; i += 1) {
    found.peer.push(await peer());
    found.ours.push(await ours());
  }
  return { ours: median(found.ours), peer: median(found.peer) };
}

export function isInstalled(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Sizes of all files below a folder. */
export function treeBytes(path: string): number {
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
