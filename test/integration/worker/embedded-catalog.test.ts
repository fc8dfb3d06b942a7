import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrateCatalog, requireCatalog } from '../../../src/sql/migrate.ts';
import { openCatalog } from '../../../src/worker/catalog-access.ts';
import {
  ensureEmbeddedCatalog,
  initEmbeddedCatalog,
  stopEmbeddedCatalog,
} from '../../../src/worker/cluster/embedded-catalog.ts';
import { clusterIsRunning, loadCluster, stopCluster } from '../../../src/worker/cluster/private-cluster.ts';
import { checkRootDirectory } from '../../../src/worker/root/check-directory.ts';

let folder: string;
let root: string;
const isRoot = process.getuid?.() === 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emb-'));
  await chmod(folder, 0o711);
  root = join(folder, 'root');
});
afterAll(async () => {
  const cluster = await loadCluster(join(root, 'catalog'));
  if (cluster) await stopCluster(cluster, 'immediate');
  await rm(folder, { recursive: true, force: true });
});

const configuration = () => ({ catalog: { url: 'local' }, worker: { root } });
const postmaster = async () =>
  Number((await readFile(join(root, 'catalog', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]);

/** Asks for the catalog in a process of its own; what it prints is the URL. */
function ensureElsewhere(): Promise<string> {
  const file = fileURLToPath(new URL('../../../src/worker/cluster/embedded-catalog.ts', import.meta.url));
  const program = `const { ensureEmbeddedCatalog } = await import(${JSON.stringify(file)}); console.log(await ensureEmbeddedCatalog(${JSON.stringify(root)}))`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  // 'close' comes when nobody holds the pipe any more: a server that had inherited it would keep it open
  return new Promise((resolve, reject) => {
    child.on('close', (code) => (code === 0 ? resolve(output.trim()) : reject(new Error(`exit code ${code}`))));
  });
}

describe('the embedded catalog', () => {
  test('is not there before it is made', async () => {
    const refusal = { code: 'catalog_unreachable', hint: 'run: pgsnapman catalog init' };
    await expect(ensureEmbeddedCatalog(root)).rejects.toMatchObject(refusal);
    await expect(openCatalog(configuration())).rejects.toMatchObject(refusal);
  });

  test('is made once, in a root directory that a worker accepts', async () => {
    await initEmbeddedCatalog(root);
    await initEmbeddedCatalog(root);
    await checkRootDirectory(root);
    expect((await stat(root)).mode & 0o777).toBe(isRoot ? 0o711 : 0o700);
    expect((await stat(join(root, 'catalog'))).mode & 0o777).toBe(0o700);
    const c = await openCatalog(configuration());
    expect((await migrateCatalog(c)).applied).not.toEqual([]);
    expect(
      await c.row(`select current_setting('listen_addresses') as listen, current_setting('fsync') as fsync`),
    ).toEqual({ listen: '', fsync: 'on' });
    await c.close();
  });

  test('stops, and is started again by whoever needs it', async () => {
    await stopEmbeddedCatalog(root);
    await stopEmbeddedCatalog(root);
    const c = await openCatalog(configuration());
    await requireCatalog(c);
    await c.close();
  });

  test('is started once when many processes need it, and none of them hangs on it', async () => {
    await stopEmbeddedCatalog(root);
    const urls = await Promise.all(Array.from({ length: 5 }, ensureElsewhere));
    expect(new Set(urls)).toEqual(new Set([await ensureEmbeddedCatalog(root)]));
    const cluster = await loadCluster(join(root, 'catalog'));
    expect(cluster && (await clusterIsRunning(cluster))).toBe(true);
  });

  test('is there again after a crash, with everything that was committed', async () => {
    const c = await openCatalog(configuration());
    await c.script(`insert into pgsnapman.worker (name) values ('survivor')`);
    process.kill(await postmaster(), 'SIGKILL');
    await new Promise<void>((resolve) => c.onLost(() => resolve()));
    await expect(c.rows('select 1')).rejects.toMatchObject({ code: 'catalog_unreachable' });
    await c.close();
    const again = await openCatalog(configuration());
    expect(await again.rows('select name from pgsnapman.worker')).toEqual([{ name: 'survivor' }]);
    await again.close();
  });

  test('does not listen to the environment', async () => {
    process.env.PGHOST = 'elsewhere';
    process.env.PGSSLMODE = 'verify-full';
    try {
      await (await openCatalog(configuration())).close();
    } finally {
      delete process.env.PGHOST;
      delete process.env.PGSSLMODE;
    }
  });

  test('is never made in a folder that holds other things', async () => {
    const other = join(folder, 'other');
    await mkdir(other, { mode: 0o755 });
    await writeFile(join(other, 'letter.txt'), 'dear');
    await expect(initEmbeddedCatalog(other)).rejects.toMatchObject({ code: 'configuration' });
    expect((await stat(other)).mode & 0o777).toBe(0o755);
    expect(existsSync(join(other, 'catalog'))).toBe(false);
  });
});
