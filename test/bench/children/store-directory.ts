// Takes the files of a folder into a repository as one dump: store-directory REPOSITORY FOLDER DAY
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openOrCreateRepository } from '../../../src/worker/repository/chunk-repository.ts';
import { documents, draft, roleOf } from '../../support/store-dump.ts';

const [directory = '', folder = '', day = '0'] = process.argv.slice(2);
const repository = await openOrCreateRepository(directory);
const uuid = randomUUID();
const startedAt = new Date(Date.UTC(2026, 0, 1 + Number(day)));
const writer = await repository.begin({ uuid, startedAt, jobId: 1 });
await Promise.all(readdirSync(folder).map((name) => writer.addFile(roleOf(name), name, { file: join(folder, name) })));
const { manifest } = await writer.commit(draft(uuid, startedAt, 1), documents);
await repository.close();
const peakBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(JSON.stringify({ raw: manifest.raw_bytes, added: manifest.new_bytes, peakBytes }));
