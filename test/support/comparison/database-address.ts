import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';

/** Where a database is; `cluster.settings(dbname)` of a test cluster is one. */
export interface DatabaseAddress {
  host: string;
  port: number;
  user: string;
  dbname: string;
  password?: string;
}

/** Values are read as the text that the server sends, under settings that no database can change. */
const SESSION = `
  set search_path = '';
  set datestyle = 'ISO, YMD';
  set intervalstyle = 'postgres';
  set timezone = 'UTC';
  set bytea_output = 'hex';
  set extra_float_digits = 3;
  set xmloption = 'content';
  set statement_timeout = 0;
  set default_transaction_read_only = off;
  set row_security = off;
  set client_min_messages = warning`;

export type Rows = (sql: string, parameters?: readonly unknown[]) => Promise<Record<string, string | null>[]>;

/**
 * Connects with the driver itself, so that a comparison does not lean on what it is to judge, and reads with `work` in
 * one transaction.
 */
export async function readDatabase<T>(address: DatabaseAddress, work: (rows: Rows) => Promise<T>): Promise<T> {
  const { host, port, user, dbname, password } = address;
  const client = new pg.Client({
    host,
    port,
    user,
    database: dbname,
    password: password ?? '',
    application_name: 'comparison',
    types: { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig,
  });
  await client.connect();
  try {
    await client.query(SESSION);
    await client.query('begin transaction isolation level repeatable read read only');
    return await work(async (sql, parameters = []) => (await client.query(sql, [...parameters])).rows);
  } finally {
    await client.end();
  }
}

/** The text of `pg_dump --schema-only`; names go in by the environment, where `=` and `-` mean nothing. */
export async function schemaDump(address: DatabaseAddress, pgDump: string): Promise<string> {
  const { stdout } = await promisify(execFile)(pgDump, ['--schema-only', '--no-password'], {
    env: {
      PGHOST: address.host,
      PGPORT: String(address.port),
      PGUSER: address.user,
      PGDATABASE: address.dbname,
      PGTZ: 'UTC',
      LC_ALL: 'C',
      ...(address.password === undefined ? {} : { PGPASSWORD: address.password }),
    },
    maxBuffer: 512 * 1024 * 1024,
  });
  return stdout;
}
