import { quoteIdentifier } from '../postgres/identifiers.ts';
import { type LockRoom, lockHint } from './lock-room.ts';

/** How pg_dump ended, and what is needed to say why. */
export interface FailedDump {
  exitCode: number | null;
  signal: string | null;
  /** Why it could not be started. */
  startError: string | null;
  /** Last lines of its standard error. */
  lines: readonly string[];
  /** Role that dumps. */
  user: string;
  serverVersionNum: number;
  toolVersion: string;
  /** What it was seen waiting for, as `describeWaits` says; null: not seen. */
  waiting: string | null;
  /** How much there is to lock, and room for it; null: not known. */
  lockRoom: LockRoom | null;
}

/** A sentence in lower case, and what to do. */
export interface Explanation {
  message: string;
  hint: string;
}

/** What a text of pg_dump means. */
interface Rule {
  pattern: RegExp;
  explain: (match: RegExpExecArray, failed: FailedDump) => Explanation;
  /** It may be otherwise in a few minutes, without anybody doing anything. */
  passing?: true;
}

const CONNECTION_HINT = 'check that the server runs, the network, and the log of the server';
const PREDEFINED_READER_SINCE = 140_000;

const role = (failed: FailedDump) => quoteIdentifier(failed.user);

/** How to let a role read everything: one grant since version 14, by schema before. */
function readGrant(failed: FailedDump): string {
  return failed.serverVersionNum >= PREDEFINED_READER_SINCE
    ? `grant pg_read_all_data to ${role(failed)}`
    : `grant usage on the schema and select on all its tables and sequences to ${role(failed)}`;
}

/** From the most telling to the least; the first that matches explains. */
export const RULES: readonly Rule[] = [
  {
    pattern: /^(?!.*(?:ERROR|FATAL):).*No space left on device/m,
    explain: () => noSpace('while pg_dump wrote into the staging folder'),
  },
  {
    pattern: /(?:ERROR|FATAL):.*No space left on device/i,
    explain: () => ({ message: 'the server has no space left on device', hint: 'free room on the disk of the server' }),
  },
  {
    pattern: /server version: ([^\s;]+)[^\n]*; pg_dump version: (\S+)/,
    explain: ([, server = '', tool = '']) => ({
      message: `pg_dump ${tool} is too old for the server, which has version ${server}`,
      hint: `install the client programs of PostgreSQL ${server.split('.')[0]} or newer on the worker`,
    }),
  },
  {
    pattern: /row-level security policy for table ("(?:.|\n)*?")/,
    explain: ([, table = ''], failed) => ({
      message: `row-level security of table ${table} would keep rows from the dump`,
      hint: `alter role ${role(failed)} bypassrls, or dump as a superuser; pg_read_all_data is not enough`,
    }),
  },
  {
    pattern: /permission denied for large object (\d+)/,
    explain: ([, oid = ''], failed) => ({
      message: `role ${role(failed)} may not read large object ${oid}`,
      hint: `grant select on large object ${oid} to ${role(failed)} (pg_read_all_data does not include them), dump as a superuser, or leave them out with the option --no-blobs`,
    }),
  },
  {
    pattern: /permission denied (?:for|to) ([^\n]*)/,
    explain: ([, what = ''], failed) => ({
      message: `role ${role(failed)} has no permission for ${what}`,
      hint: readGrant(failed),
    }),
  },
  {
    passing: true,
    pattern: /canceling statement due to (?:lock|statement) timeout[\s\S]*?LOCK TABLE ([\s\S]*?) IN ACCESS SHARE MODE/,
    explain: ([, tables = ''], failed) => ({
      message: `pg_dump did not get its lock in time: it waited ${failed.waiting ?? `for a lock on ${tables}`}`,
      hint: 'end the transaction that holds the lock, run the job at another time, or raise lock_wait_timeout',
    }),
  },
  {
    passing: true,
    pattern: /could not obtain lock on relation ("(?:.|\n)*?")/,
    explain: ([, table = '']) => ({
      message: `somebody asked for an exclusive lock on table ${table} while it was dumped`,
      hint: 'run the job at another time, or with one table at a time (parallel 1)',
    }),
  },
  {
    pattern: /out of shared memory|You might need to increase max_locks_per_transaction/,
    explain: (_match, { lockRoom }) => ({
      message: 'the server has not enough room for the locks of a dump, one for each table',
      hint: lockHint(lockRoom),
    }),
  },
  {
    pattern: /database ("(?:.|\n)*?") does not exist/,
    explain: ([, name = '']) => ({
      message: `database ${name} does not exist`,
      hint: 'check the name; upper and lower case count',
    }),
  },
  {
    pattern:
      /(?:password authentication failed|no password supplied|no pg_hba\.conf entry|role "[^\n]*" does not exist)/,
    explain: ([what = ''], failed) => ({
      message: `login of role ${role(failed)} was refused: ${what}`,
      hint: 'check the role, its password in the password file (~/.pgpass), and pg_hba.conf on the server',
    }),
  },
  {
    passing: true,
    pattern: /too many (?:clients already|connections for)|remaining connection slots/,
    explain: () => ({
      message: 'the server has no free connection for pg_dump',
      hint: 'free connections, raise max_connections, or dump with one table at a time (parallel 1)',
    }),
  },
  {
    pattern: /no matching (schemas|tables|extensions) were found(?: for pattern "([^\n]*)")?/,
    explain: ([, kind = '', pattern]) => ({
      message: `there are no ${kind}${pattern === undefined ? '' : ` ${pattern}`} in the database`,
      hint: 'check the names in the job; upper and lower case count',
    }),
  },
  {
    pattern: /(?:unrecognized|unknown|illegal) option ([^\n]*)/,
    explain: ([, option = ''], failed) => ({
      message: `pg_dump ${failed.toolVersion} does not know option ${option}`,
      hint: 'remove the option from the job, or install newer client programs',
    }),
  },
  {
    pattern:
      /invalid snapshot identifier|cannot import a snapshot|the source (?:transaction|process)[^\n]*is not running/i,
    explain: () => ({ message: 'the session that holds the snapshot of the dump has ended', hint: CONNECTION_HINT }),
  },
  {
    passing: true,
    pattern:
      /terminating connection due to [^\n]*|server closed the connection unexpectedly|SSL connection has been closed unexpectedly|(?:Connection reset by peer|Connection timed out|Broken pipe)|the database system is (?:shutting down|starting up|in recovery mode)/,
    explain: ([what = '']) => ({
      message: `the connection of pg_dump to the server was lost: ${what}`,
      hint: CONNECTION_HINT,
    }),
  },
  {
    passing: true,
    pattern: /connection to server [^\n]* failed: ([^\n]*)/,
    explain: ([, why = '']) => ({ message: `pg_dump could not connect: ${why}`, hint: CONNECTION_HINT }),
  },
  {
    pattern: /(?:cache lookup failed|could not open relation with OID|could not find tuple)[^\n]*/,
    explain: ([what = '']) => ({
      message: `something was dropped or altered while it was dumped: ${what}`,
      hint: 'run the job again, at a time without changes of the structure',
    }),
  },
  {
    pattern: /(?:invalid page in block|could not read block|missing chunk number|unexpected chunk)[^\n]*/,
    explain: ([what = '']) => ({
      message: `the server cannot read its own data: ${what}`,
      hint: 'the database is damaged: look at the log and the disks of the server, and keep the dumps that you have',
    }),
  },
];

/** A disk of the worker is full. @param when such as `while pg_dump wrote into the staging folder` */
function noSpace(when: string): Explanation {
  return {
    message: `no space left on device ${when}`,
    hint: "free room on the disk of the worker's root directory; while a dump is taken it needs room for all its tables, not compressed",
  };
}
