import { describe, expect, it } from 'vitest';
import {
  applicationNameOf,
  checkDumpJob,
  type DumpCommandInput,
  dumpCommand,
} from '../../../../src/core/dump/dump-command.ts';

const job = (changes: Partial<DumpCommandInput['job']> = {}): DumpCommandInput['job'] => ({
  dump_type: 'full',
  schemas: [],
  tables: [],
  options: [],
  ...changes,
});

const input = (changes: Partial<DumpCommandInput> = {}): DumpCommandInput => ({
  pgDump: '/pg/bin/pg_dump',
  job: job(),
  tables: [],
  encoding: 'UTF8',
  jobs: 3,
  directory: '/root/staging/x/dump',
  snapshot: '00000003-0000001B-1',
  lockWaitTimeoutMs: 300_000,
  connection: { PGHOST: 'db1', PGDATABASE: 'a=b' },
  applicationName: 'pgsnapman 018f',
  ...changes,
});

describe('the command line of pg_dump', () => {
  it('takes a full dump into a directory, uncompressed, in our snapshot', () => {
    expect(dumpCommand(input())).toEqual({
      file: '/pg/bin/pg_dump',
      args: [
        '--format=directory',
        '--file=/root/staging/x/dump',
        '--compress=0',
        '--jobs=3',
        '--lock-wait-timeout=300000',
        '--no-password',
        '--no-sync',
        '--verbose',
        '--snapshot=00000003-0000001B-1',
      ],
      env: {
        PGHOST: 'db1',
        PGDATABASE: 'a=b',
        PGAPPNAME: 'pgsnapman 018f',
        PGOPTIONS: '-c bytea_output=hex',
      },
    });
  });

  it('never names the database in an argument', () => {
    expect(dumpCommand(input()).args.join(' ')).not.toContain('a=b');
  });

  it('takes structure or data alone', () => {
    expect(dumpCommand(input({ job: job({ dump_type: 'schema' }) })).args).toContain('--schema-only');
    expect(dumpCommand(input({ job: job({ dump_type: 'data' }) })).args).toContain('--data-only');
  });

  it('quotes names, so that pg_dump does not read them as patterns, and asks for every one to be there', () => {
    const schemas = dumpCommand(input({ job: job({ schemas: ['a*"b', '-x'] }) })).args;
    expect(schemas.slice(-3)).toEqual(['--strict-names', '--schema="a*""b"', '--schema="-x"']);
    const tables = dumpCommand(input({ tables: [{ schema: 'S.1', name: 'a\nb?' }] })).args;
    expect(tables.slice(-2)).toEqual(['--strict-names', '--table="S.1"."a\nb?"']);
  });

  it('asks for UTF-8 where names would be read in another encoding of the database', () => {
    const args = (encoding: string, schema: string) =>
      dumpCommand(input({ encoding, job: job({ schemas: [schema] }) })).args.filter((arg) =>
        arg.startsWith('--encoding'),
      );
    expect(args('LATIN1', 'Größe')).toEqual(['--encoding=UTF8']);
    expect(args('LATIN1', 'plain')).toEqual([]);
    expect(args('UTF8', 'Größe')).toEqual([]);
    expect(args('SQL_ASCII', 'Größe')).toEqual([]);
  });

  it('gives the options of the job last, and keeps options for the server', () => {
    const command = dumpCommand(
      input({ job: job({ options: ['--no-comments'] }), connection: { PGOPTIONS: '-c geqo=off' } }),
    );
    expect(command.args.at(-1)).toBe('--no-comments');
    expect(command.env.PGOPTIONS).toBe('-c geqo=off -c bytea_output=hex');
  });

  it('has an application name that fits into 63 bytes', () => {
    expect(applicationNameOf('018f3c2a-0000-7000-8000-000000000000')).toHaveLength(46);
  });
});

describe('a dump job', () => {
  it('of type script has no options', () => {
    expect(() => checkDumpJob(job({ dump_type: 'script' }))).not.toThrow();
    expect(() => checkDumpJob(job({ dump_type: 'script', options: ['--no-comments'] }))).toThrow(
      'a script has no options',
    );
  });

  it.each(['cluster', 'cluster_schema'] as const)('of type %s has only options that pg_dumpall knows', (dump_type) => {
    expect(() => checkDumpJob(job({ dump_type, options: ['--no-comments', '--role=x'] }))).not.toThrow();
    expect(() => checkDumpJob(job({ dump_type, options: ['--exclude-schema=x'] }))).toThrow('is not allowed');
  });

  it('with both schemas and tables is refused: pg_dump would silently leave the schemas out', () => {
    expect(() => checkDumpJob(job({ schemas: ['a'], tables: ['b.c'] }))).toThrow('both schemas and tables');
  });

  it('with an option outside of the list, or a table without schema, is refused', () => {
    expect(() => checkDumpJob(job({ options: ['--file=/x'] }))).toThrow('--file=/x');
    expect(() => checkDumpJob(job({ tables: ['orders'] }))).toThrow('not the name of a table with its schema');
    expect(() => checkDumpJob(job({ tables: ['public."Order Lines"'], options: ['--no-comments'] }))).not.toThrow();
  });
});
