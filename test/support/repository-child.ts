// Does one thing with a repository in a process of its own, which a test may have killed at a fault point.
// node repository-child.ts REPOSITORY store UUID FILES_FOLDER | remove UUID | prune | copy OTHER
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '../../src/worker/repository/chunk-repository.ts';
import { storeDump } from './store-dump.ts';

const [directory = '', operation, argument = '', folder = ''] = process.argv.slice(2);
const repository = await openRepository(directory);
if (operation === 'store') {
  const files = readdirSync(folder).map((name) => [name, { file: join(folder, name) }] as const);
  await storeDump(repository, Object.fromEntries(files), { uuid: argument });
} else if (operation === 'remove') await repository.remove(argument);
else if (operation === 'prune') await repository.prune();
else if (operation === 'copy') await repository.copyTo(await openRepository(argument));
else throw new Error(`unknown operation ${operation}`);
