import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { type ConnectionSources, instanceConnection } from '../../../core/connection/connection-settings.ts';
import { type Instance, instanceSchema } from '../../../core/model/configuration.ts';
import { connect } from '../../../sql/connection.ts';
import { terminateBackends } from '../../../sql/instance/backends.ts';
import { endProcesses } from '../../dump/end-processes.ts';
import { writeDurably } from '../../files/durable.ts';
import { applicationName } from '../restore-run.ts';

const MARK_FILE = 'cluster.json';
const markSchema = z.object({ run_uuid: z.uuid(), instance: instanceSchema });

/** Says in the run's folder that the target is about to be changed, for whoever finds the folder after a crash. */
export async function writeMark(stagingDirectory: string, run_uuid: string, instance: Instance): Promise<void> {
  await writeDurably(join(stagingDirectory, MARK_FILE), JSON.stringify({ run_uuid, instance }));
}

/**
 * After a crash: ends what a restore of a whole cluster left running. What it made stays, as nobody can tell it from what
 * has been done with it since.
 * @returns a sentence for the outcome; null: no such restore was at work here
 * @throws ConnectionError when the target cannot be reached; then it is to be called again later
 */
export async function healCluster(
  stagingDirectory: string,
  { sources }: { sources: ConnectionSources },
): Promise<string | null> {
  const text = await readFile(join(stagingDirectory, MARK_FILE), 'utf8').catch(() => null);
  if (text === null) return null;
  const { run_uuid, instance } = markSchema.parse(JSON.parse(text));
  await endProcesses(applicationName(run_uuid));
  const c = await connect(instanceConnection(instance, null, sources), { applicationName: 'pgsnapman healing' });
  try {
    await terminateBackends(c, applicationName(run_uuid));
  } finally {
    await c.close();
  }
  return `the restore of a whole cluster was interrupted; what it had made is still on "${instance.name}"`;
}
