import { join } from 'node:path';
import * as z from 'zod';
import { readJson, writeJson } from './files/json-file.ts';
import type { WorkerSetup } from './worker-setup.ts';

/** Asking every tool for its version costs more than a whole tick; packages are not upgraded every minute. */
const FRESH_MS = 60 * 60_000;

const reportSchema = z.object({
  found_at: z.coerce.date(),
  bin_directories: z.array(z.string()),
  tools: z.array(z.object({ version: z.string(), directory: z.string() })),
});

/** The Postgres client tools of this machine as the catalog shows them; looked for once an hour. */
export async function reportedTools(worker: WorkerSetup): Promise<{ version: string; directory: string }[]> {
  const path = join(worker.root.cache, 'tools.json');
  const directories = worker.configuration.tools.bin_directories;
  const known = await readJson(path, reportSchema).catch(() => undefined);
  if (known !== undefined && known.bin_directories.join() === directories.join()) {
    const age = worker.now().getTime() - known.found_at.getTime();
    if (age >= 0 && age < FRESH_MS) return known.tools;
  }
  const tools = (await worker.tools()).map(({ version, directory }) => ({ version: version.text, directory }));
  await writeJson(path, { found_at: worker.now(), bin_directories: directories, tools });
  return tools;
}
