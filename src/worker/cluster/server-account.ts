import { stat } from 'node:fs/promises';
import { PgSnapManError } from '../../core/errors.ts';
import { runChild } from '../process/run-child.ts';

/** The account that a server of ours runs as; null: our own. */
export type ServerAccount = { uid: number; gid: number } | null;

/** Postgres refuses to run as root; root's servers run as this account. */
export const SERVER_ACCOUNT = 'postgres';

export const isRoot = (): boolean => process.getuid?.() === 0;

async function lookUp(option: '-u' | '-g'): Promise<number> {
  const result = await runChild({ file: '/usr/bin/id', args: [option, SERVER_ACCOUNT], env: {} });
  if (result.exitCode === 0 && /^\d+$/.test(result.stdout.trim())) return Number(result.stdout.trim());
  throw new PgSnapManError(
    'configuration',
    `there is no account ${SERVER_ACCOUNT}, and a Postgres server does not run as root`,
    'install the server package of PostgreSQL, which makes the account, or run pgsnapman as an ordinary user',
  );
}

/**
 * The account for a new cluster.
 * @throws PgSnapManError configuration for root on a machine without the account postgres
 */
export async function accountForNewCluster(): Promise<ServerAccount> {
  return isRoot() ? { uid: await lookUp('-u'), gid: await lookUp('-g') } : null;
}

/**
 * The account that owns an existing cluster.
 * @throws PgSnapManError configuration if that is neither ours nor, as root, one that we may become
 */
export async function accountOfCluster(dataDirectory: string): Promise<ServerAccount> {
  const { uid, gid } = await stat(dataDirectory);
  if (uid === process.getuid?.()) return null;
  if (isRoot()) return { uid, gid };
  throw new PgSnapManError(
    'configuration',
    `the Postgres cluster in ${dataDirectory} belongs to somebody else`,
    'run pgsnapman as the account that made it',
  );
}
