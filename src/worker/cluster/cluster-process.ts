import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PgSnapManError } from '../../core/errors.ts';
import { type ChildResult, runChild } from '../process/run-child.ts';
import {
  dataDirectory,
  makePrivateFolder,
  type PrivateCluster,
  START_LOG,
  saveDescription,
  startLog,
} from './cluster-files.ts';
import { accountOfCluster, type ServerAccount } from './server-account.ts';
import { serverBinaries } from './server-binaries.ts';

const START_TIMEOUT_S = 60;
const STOP_TIMEOUT_S = 60;
/** Backends of a server that was killed hold its shared memory for a moment. */
const START_ATTEMPTS = 3;

/** True if a process of this id is there, whoever owns it. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * True if the process works in that data directory: a postmaster does, one that has got a dead one's number does not.
 * Where the system does not show that, any Postgres server counts.
 */
async function worksIn(pid: number, data: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') {
    const [cwd, wanted] = await Promise.all([stat(`/proc/${pid}/cwd`), stat(data)]).catch(() => []);
    return cwd !== undefined && wanted !== undefined && cwd.ino === wanted.ino && cwd.dev === wanted.dev;
  }
  const shown = await runChild({ file: '/bin/ps', args: ['-o', 'args=', '-p', String(pid)], env: {} });
  return shown.stdout.includes('postgres');
}

async function lines(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8').catch(() => '')).split('\n');
}

async function postmaster(cluster: PrivateCluster): Promise<{ pid: number; ready: boolean } | null> {
  const data = dataDirectory(cluster.directory);
  const file = await lines(join(data, 'postmaster.pid'));
  const pid = Number(file[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !(await worksIn(pid, data))) return null;
  return { pid, ready: file[7]?.trim() === 'ready' };
}

/** True when it is up and takes connections. */
export async function clusterIsRunning(cluster: PrivateCluster): Promise<boolean> {
  return (await postmaster(cluster))?.ready ?? false;
}

/**
 * Removes lock files of a server that is dead. Postgres does so itself unless another process has got its number since;
 * then it would refuse to start. Only to be called while nobody else starts this cluster.
 */
async function removeStaleLocks(cluster: PrivateCluster): Promise<void> {
  if ((await postmaster(cluster)) !== null) return;
  const socket = join(cluster.socketDirectory, `.s.PGSQL.${cluster.port}`);
  for (const path of [join(dataDirectory(cluster.directory), 'postmaster.pid'), `${socket}.lock`, socket]) {
    await rm(path, { force: true });
  }
}

/** The paths go round the shell command that pg_ctl makes of its arguments: quotes and `$` would mean something there. */
function pgCtl(cluster: PrivateCluster, account: ServerAccount, args: string[]): Promise<ChildResult> {
  const { directory } = cluster;
  const command = {
    file: join(cluster.binDirectory, 'pg_ctl'),
    args: ['-s', '-w', ...args],
    env: { PGDATA: dataDirectory(directory) },
  };
  return runChild(command, account === null ? { cwd: directory } : { cwd: directory, account });
}

/** The binaries may have moved with an upgrade of the system; the major version must stay. */
async function withBinaries(cluster: PrivateCluster): Promise<PrivateCluster> {
  if (await stat(join(cluster.binDirectory, 'pg_ctl')).catch(() => null)) return cluster;
  const [major] = await lines(join(dataDirectory(cluster.directory), 'PG_VERSION'));
  return { ...cluster, binDirectory: (await serverBinaries(Number(major))).directory };
}

async function failure(cluster: PrivateCluster, result: ChildResult): Promise<PgSnapManError> {
  const log = (await lines(startLog(cluster.directory))).filter((line) => line !== '');
  const reason = log.findLast((line) => line.includes('FATAL')) ?? log.at(-1) ?? result.stderrTail.at(-1) ?? '';
  return new PgSnapManError(
    'configuration',
    `the Postgres cluster in ${cluster.directory} does not start: ${reason || 'no reason given'}`,
    `see ${startLog(cluster.directory)}`,
  );
}

/**
 * Starts a cluster and waits until it takes connections; nothing happens if it runs. The server is on its own then: it
 * shares no pipe, terminal or process group with us. Callers that may start the same cluster at the same time take a
 * lock first.
 * @throws PgSnapManError configuration with the server's own words
 */
export async function startCluster(known: PrivateCluster): Promise<void> {
  if (await clusterIsRunning(known)) return;
  const account = await accountOfCluster(dataDirectory(known.directory));
  const cluster = await withBinaries(known);
  if (cluster.socketDirectory !== cluster.directory) await makePrivateFolder(cluster.socketDirectory, account);
  if (cluster !== known) await saveDescription(cluster, account);
  const start = ['-t', String(START_TIMEOUT_S), '-l', START_LOG, 'start'];
  for (let attempt = 1; ; attempt += 1) {
    await removeStaleLocks(cluster);
    const result = await pgCtl(cluster, account, start);
    if (result.exitCode === 0) return;
    if (attempt === START_ATTEMPTS) throw await failure(cluster, result);
    await sleep(500 * attempt);
  }
}

/** Stops a cluster and waits for its end; nothing happens if it does not run. `immediate` is a crash, but a fast one. */
export async function stopCluster(cluster: PrivateCluster, mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
  if ((await postmaster(cluster)) === null) return;
  const account = await accountOfCluster(dataDirectory(cluster.directory));
  const found = await withBinaries(cluster);
  const result = await pgCtl(found, account, ['-t', String(STOP_TIMEOUT_S), '-m', mode, 'stop']);
  if (result.exitCode !== 0 && (await postmaster(cluster)) !== null) {
    throw new PgSnapManError(
      'run_failed',
      `the Postgres cluster in ${cluster.directory} does not stop: ${result.stderrTail.at(-1) ?? 'no reason given'}`,
    );
  }
}
