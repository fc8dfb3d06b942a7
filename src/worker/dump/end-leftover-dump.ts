import { type ConnectionSources, instanceConnection } from '../../core/connection/connection-settings.ts';
import { applicationNameOf } from '../../core/dump/dump-command.ts';
import type { Instance } from '../../core/model/configuration.ts';
import { connect } from '../../sql/connection.ts';
import { terminateBackends } from '../../sql/instance/backends.ts';
import { endProcesses } from './end-processes.ts';

const PATIENCE_MS = 5_000;

/**
 * After a crash: ends what may be left of a run's dump, its processes here and its sessions on the server. As well as can
 * be done; a server that cannot be reached now has lost the sessions, or loses them when it looks.
 */
export async function endLeftoverDump(instance: Instance, uuid: string, sources: ConnectionSources): Promise<void> {
  const name = applicationNameOf(uuid);
  await endProcesses(name);
  try {
    const settings = instanceConnection(instance, null, sources);
    const connection = await connect(settings, { timeoutMs: PATIENCE_MS, queryTimeoutMs: PATIENCE_MS });
    try {
      await terminateBackends(connection, name);
    } finally {
      await connection.close();
    }
  } catch {
    // nothing can be done now
  }
}
