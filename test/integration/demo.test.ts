import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CliHome, type CliProcess, createCliHome } from '../support/cli.ts';
import { leftovers } from '../support/leftovers.ts';
import { expectRefusal } from '../support/refusal.ts';

let home: CliHome;
let directory = '';
let running: CliProcess | undefined;
beforeEach(async () => {
  home = await createCliHome();
  directory = join(home.directory, 'demo');
});
afterEach(async () => {
  running?.child.kill('SIGINT');
  await running?.finished.catch(() => {});
  await home.remove();
});

/** Processes that work in the demo's folder or were told of it. */
function processes(): string[] {
  return existsSync(directory) ? leftovers(directory).filter((line) => line.startsWith('process ')) : [];
}

/** Commands on the catalog that a demo left. */
const afterwards = (...args: string[]) =>
  home.run(args, { withoutConfiguration: true, env: { PGSNAPMAN_CONFIG: join(directory, 'pgsnapman.toml') } });

/** Three demos on two busy cores. */
const TIMEOUT_MS = 400_000;

it('stops everything when it is cancelled; then works, and works again in the same folder', {
  timeout: TIMEOUT_MS,
}, async () => {
  running = await home.start(['demo', '--dir', directory]);
  while (processes().filter((line) => line.endsWith('/bin/postgres')).length < 3) await sleep(50);
  expectRefusal(await home.run(['demo', '--dir', directory]), 12, /a demo is running/);
  running.child.kill('SIGINT');
  const cancelled = await running.finished;
  expect(cancelled.exitCode).toBe(130);
  expect(cancelled.stderr).toMatch(/cancelled.*\nhint: /);
  expect(processes()).toEqual([]);

  const demo = await home.ok(['demo', '--dir', directory], { timeoutMs: TIMEOUT_MS });
  expect(demo.stdout.split('\n').filter((line) => line.startsWith('✔ ')).length).toBeGreaterThanOrEqual(9);
  expect(demo.stdout).toMatch(/^first dump of shop +ok +[\d,]+ /m);
  expect(demo.stdout).toMatch(/^restore to shop_copy on test +ok +[\d,]+ /m);
  expect(demo.stdout).toMatch(/^ {2}PGSNAPMAN_CONFIG=\S+ pgsnapman$/m);
  expect(demo.stdout).toMatch(/^ {2}PGSNAPMAN_CONFIG=\S+ pgsnapman dump list$/m);
  expect(demo.stderr).toBe('');
  expect(processes()).toEqual([]);

  const again = (await home.ok(['demo', '--keep', '--dir', directory, '--json'], { timeoutMs: TIMEOUT_MS })).json();
  expect(again).toMatchObject({ directory, first: { outcome: 'ok' }, restore: { dest_dbname: 'shop_copy' } });
  const dumps = JSON.parse((await afterwards('dump', 'list', '--json')).stdout);
  expect(dumps.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['ok', 'ok', 'ok']);
  const [last, copied, first] = dumps;
  expect(copied.new_bytes).toBeLessThan(first.new_bytes / 5);
  expect(last.new_bytes).toBeLessThan(first.new_bytes);
  expect(processes()).not.toEqual([]);
  expect((await home.ok(['demo', '--stop', '--dir', directory])).stdout).toContain('are stopped');
  expect(processes()).toEqual([]);
  expect((await home.ok(['demo', '--stop', '--dir', directory])).stdout).toContain('are stopped');
});

it('has nothing to stop where none has run', async () => {
  expectRefusal(await home.run(['demo', '--stop', '--dir', directory]), 13, /no demo has run/, /--dir/);
});

it('leaves a folder alone that no demo made', async () => {
  await mkdir(directory);
  await writeFile(join(directory, 'precious'), 'x');
  expectRefusal(await home.run(['demo', '--dir', directory]), 3, /was not made by a demo/, /--dir/);
  expect(await readFile(join(directory, 'precious'), 'utf8')).toBe('x');
});

it('leaves a folder of somebody else alone', async () => {
  if (process.getuid?.() !== 0) return;
  const foreign = await mkdtemp(join(tmpdir(), 'foreign-'));
  try {
    await promisify(execFile)('chown', ['65534', foreign]);
    expectRefusal(await home.run(['demo', '--dir', foreign]), 3, /not a folder of yours/, /--dir/);
    expect((await stat(foreign)).uid).toBe(65_534);
  } finally {
    await rm(foreign, { recursive: true, force: true });
  }
});
