import type { FileConfiguration } from '../../core/config/file-configuration.ts';
import { namesIn } from '../queue/queue.ts';
import { openWorker, type WorkerSetup } from '../worker-setup.ts';
import { checkCron, checkNode, checkPasswordFile, checkRoom, checkTools } from './check-machine.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

export type { Finding } from './finding.ts';

/** This many results in the spool are no accident. */
const MANY_RESULTS = 100;

/** Checks everything that can be checked from this machine, and says what to do. Never throws. */
export async function examine(configuration: FileConfiguration): Promise<Finding[]> {
  const { tools, findings: toolFindings } = await checkTools(configuration);
  const findings = [checkNode(), ...toolFindings, await checkPasswordFile(process.env), await checkCron()];
  let worker: WorkerSetup;
  try {
    worker = await openWorker(configuration);
  } catch (error) {
    return [...findings, problem('root directory', error)];
  }
  findings.push(ok('root directory', `${worker.root.path} belongs to worker ${worker.name}`));
  findings.push(
    await checkRepository(worker),
    ...(await checkMirrors(configuration)),
    await checkRoom(worker.root.path),
    await checkSpool(worker),
  );
  const { checkCatalog } = await import('./check-catalog.ts');
  return [...findings, ...(await checkCatalog(worker, tools))];
}

async function checkRepository(worker: WorkerSetup): Promise<Finding> {
  try {
    const { dumpCount } = await (await worker.repository()).status();
    return ok('repository', `${dumpCount} dump${dumpCount === 1 ? '' : 's'}`);
  } catch (error) {
    return problem('repository', error);
  }
}

async function checkMirrors({ repository: { mirrors } }: FileConfiguration): Promise<Finding[]> {
  const { openMirror } = await import('../repository/chunk-reader.ts');
  return Promise.all(
    mirrors.map(async (directory) => {
      try {
        const { manifests } = await (await openMirror(directory)).list();
        return ok('mirror', `${directory}: ${manifests.length} dump${manifests.length === 1 ? '' : 's'}`);
      } catch (error) {
        return problem('mirror', error);
      }
    }),
  );
}

async function checkSpool(worker: WorkerSetup): Promise<Finding> {
  const waiting = namesIn(worker.root.spool).length;
  if (waiting < MANY_RESULTS) return ok('spool', waiting === 0 ? 'empty' : `${waiting} results wait for the catalog`);
  return warning('spool', `${waiting} results wait for the catalog`, 'see to it that the catalog can be reached');
}
