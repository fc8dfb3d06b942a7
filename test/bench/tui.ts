// The budgets of the manager on a catalog of full size: node test/bench/tui.ts [seconds to idle]
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestCatalog } from '../support/clusters.ts';
import { FULL_SIZE, fillCatalog } from './large-catalog.ts';
import { measureTui, reportTable } from './tui-measure.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'pgsnapman-bench-'));
const catalog = await startTestCatalog();
try {
  const connection = await catalog.connect('catalog');
  await fillCatalog(connection, FULL_SIZE);
  await connection.execute('vacuum analyze');
  const dist = join(folder, 'dist');
  execFileSync(process.execPath, [join(project, 'scripts', 'build.mjs'), dist]);
  const configuration = join(folder, 'pgsnapman.toml');
  const root = JSON.stringify(join(folder, 'root'));
  await writeFile(configuration, `[catalog]\nurl = ${JSON.stringify(catalog.catalogUrl)}\n[worker]\nroot = ${root}\n`);
  const found = await measureTui(
    {
      file: process.execPath,
      args: [join(dist, 'pgsnapman.js'), '--config', configuration],
      env: { HOME: folder, NODE_COMPILE_CACHE: join(folder, 'cache') },
    },
    Number(process.argv[2] ?? 60),
  );
  process.stdout.write(`${reportTable(found)}\n`);
  process.exitCode = found.some(({ value, target }) => target !== null && value > target) ? 1 : 0;
} finally {
  await catalog.remove();
  await rm(folder, { recursive: true, force: true });
}
