import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BlockSet } from '../../../../src/core/repository/block-set.ts';
import { BlockCatalog } from '../../../../src/worker/repository/block-catalog.ts';
import { createRepository } from '../../../../src/worker/repository/chunk-repository.ts';
import { SampleTable } from '../../../support/sample-tables.ts';
import { storeDump } from '../../../support/store-dump.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgsnapman-catalog-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a block is found by everybody who asks while its index is still being read', async () => {
  const repository = await createRepository(folder, { pack: 65_536 });
  const table = new SampleTable(1);
  table.append(4000);
  await storeDump(repository, { '1.dat': table.bytes() });
  await repository.close();
  const packs = readdirSync(join(folder, 'packs')).filter((name) => name.endsWith('.pack'));
  const catalog = new BlockCatalog(folder);
  const ask = async (ticks: number) => {
    for (let tick = 0; tick < ticks; tick += 1) await setImmediate();
    const missing: string[] = [];
    for (const name of packs) missing.push(...(await catalog.close(name.replace('.pack', ''), 0, new BlockSet())));
    return missing;
  };
  const answers = await Promise.all(Array.from({ length: 30 }, (_, ticks) => ask(ticks)));
  expect(answers.flat()).toEqual([]);
});
