import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PgSnapManError } from '../../core/errors.ts';
import { type ChildResult, runChild } from '../process/run-child.ts';
import { writeForAccount } from './cluster-files.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { SERVER_ACCOUNT, type ServerAccount } from './server-account.ts';

function initdbFailure(directory: string, result: ChildResult): PgSnapManError {
  const error = result.stderrTail.findLast((line) => line.includes('error:')) ?? result.stderrTail.at(-1) ?? '';
  const hint = error.includes('ermission denied')
    ? `every folder above ${directory} must let the account ${SERVER_ACCOUNT} pass (chmod o+x)`
    : undefined;
  const reason = result.startError ?? (error || 'no reason given');
  return new PgSnapManError('configuration', `initdb failed in ${directory}: ${reason}`, hint);
}

/**
 * Makes the data directory `data`, anew if there is one. Encoding and locale are said explicitly: our children run with LC_ALL=C.
 * C.UTF-8 is not everywhere.
 * @throws PgSnapManError configuration with initdb's own words
 */
export async function initdb(
  options: ClusterOptions,
  binDirectory: string,
  data: string,
  account: ServerAccount,
): Promise<void> {
  const given = options.initdbArguments ?? [];
  const says = (pattern: RegExp): boolean => given.some((argument) => pattern.test(argument));
  const args = ['-D', data, '-U', options.superuser ?? 'pgsnapman', '--auth=peer', ...given];
  if (!says(/^(--encoding|-E)/)) args.push('--encoding=UTF8');
  if (options.durable === false) args.push('--no-sync');
  const passwordFile = join(options.directory, 'password');
  if (options.password !== undefined) {
    await writeForAccount(passwordFile, `${options.password}\n`, account);
    args.push(`--pwfile=${passwordFile}`);
  }
  const locales = says(/^(--locale=|--no-locale|--lc-)/) ? [[]] : [['--locale=C.UTF-8'], ['--locale=C']];
  let result: ChildResult | null = null;
  for (const locale of locales) {
    await rm(data, { recursive: true, force: true });
    const command = { file: join(binDirectory, 'initdb'), args: [...args, ...locale], env: {} };
    result = await runChild(command, account === null ? {} : { account });
    if (result.exitCode === 0 || !result.stderrTail.join('\n').includes('locale')) break;
  }
  await rm(passwordFile, { force: true });
  if (result !== null && result.exitCode !== 0) throw initdbFailure(options.directory, result);
}
