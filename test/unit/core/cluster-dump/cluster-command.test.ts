import { describe, expect, it } from 'vitest';
import { type ClusterCommandInput, clusterCommand } from '../../../../src/core/cluster-dump/cluster-command.ts';
import { leftOut } from '../../../../src/core/cluster-dump/left-out.ts';

const input = (change: Partial<ClusterCommandInput> = {}): ClusterCommandInput => ({
  pgDumpall: '/bin/pg_dumpall',
  job: { dump_type: 'cluster', options: [] },
  exclude: [],
  passwords: true,
  lockWaitTimeoutMs: 1000,
  connection: { PGHOST: 'h', PGDATABASE: 'x', PGPASSWORD: 'secret' },
  maintenanceDb: "a=b 'q",
  applicationName: 'pgsnapman 1',
  ...change,
});

describe('the command line of pg_dumpall', () => {
  it('names the maintenance database as a connection string, and no secret', () => {
    const { file, args, env } = clusterCommand(input());
    expect(file).toBe('/bin/pg_dumpall');
    expect(args).toEqual(["--database=dbname='a=b \\'q'", '--lock-wait-timeout=1000', '--no-password', '--verbose']);
    expect(env).toEqual({
      PGHOST: 'h',
      PGPASSWORD: 'secret',
      PGAPPNAME: 'pgsnapman 1',
      PGOPTIONS: '-c bytea_output=hex',
    });
  });

  it('leaves out data, passwords and databases that it is told to, by their exact names', () => {
    const job = { dump_type: 'cluster_schema' as const, options: ['--no-comments'] };
    const { args } = clusterCommand(input({ job, passwords: false, exclude: ['a*".b'] }));
    expect(args.slice(4)).toEqual([
      '--schema-only',
      '--no-role-passwords',
      '--exclude-database="a*"".b"',
      '--no-comments',
    ]);
  });
});

describe('what a dump of a whole cluster leaves out', () => {
  const database = (name: string, change = {}) => ({ name, is_template: false, allow_connections: true, ...change });

  it('is nothing, as a rule', () => {
    const closed = database('template0', { is_template: true, allow_connections: false });
    expect(leftOut([database('shop'), closed])).toEqual({ exclude: [], warnings: [], notes: [] });
  });

  it('is said: closed databases, names with line ends, databases of our own', () => {
    const databases = [database('shut', { allow_connections: false }), database('a\rb'), database('x_pgsnapman_old_1')];
    expect(leftOut(databases)).toEqual({
      exclude: ['a\rb', 'x_pgsnapman_old_1'],
      warnings: [
        'database "shut" is left out: it allows no connections',
        'database "a\\rb" is left out: pg_dumpall takes no names with line ends',
      ],
      notes: [expect.stringContaining('x_pgsnapman_old_1')],
    });
  });
});
