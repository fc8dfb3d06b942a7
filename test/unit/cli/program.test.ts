import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../src/cli/program.ts';
import { PgSnapManError } from '../../../src/core/errors.ts';
import { recordingSurroundings } from '../../support/surroundings.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pgsnapman-cli-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What a command line that can't reach any catalog ends with. */
async function refusal(...argv: string[]): Promise<PgSnapManError> {
  const env = { XDG_CONFIG_HOME: directory, PGSNAPMAN_CONFIG: join(directory, 'none.toml') };
  try {
    await runCli(argv, recordingSurroundings({ env }));
  } catch (error) {
    if (error instanceof PgSnapManError) return error;
    throw error;
  }
  throw new Error(`accepted: ${argv.join(' ')}`);
}

describe('help and version', () => {
  it.each([[[]], [['--help']], [['help']]])('%j prints the nouns', async (argv) => {
    const around = recordingSurroundings();
    expect(await runCli(argv, around)).toBe(0);
    expect(around.out()).toMatch(/^Usage: pgsnapman \[global options\] <noun> <verb>/);
    for (const noun of ['demo', 'catalog', 'worker', 'instance', 'dumpjob', 'dump', 'restorejob', 'restorelog']) {
      expect(around.out()).toMatch(new RegExp(`^  ${noun} `, 'm'));
    }
  });

  it('--version prints the version', async () => {
    const around = recordingSurroundings();
    expect(await runCli(['--version'], around)).toBe(0);
    expect(around.out()).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });

  it('every verb has help with the global options after its own', async () => {
    const around = recordingSurroundings();
    await runCli(['dumpjob', 'add', '--help'], around);
    expect(around.out().indexOf('--instance')).toBeGreaterThan(0);
    expect(around.out().indexOf('--instance')).toBeLessThan(around.out().indexOf('Global options:'));
  });
});

describe('a wrong command line', () => {
  it.each([
    [['dmp'], "unknown command 'dmp'", 'did you mean dump?'],
    [['dump', 'lst'], "unknown command 'lst'", 'did you mean list?'],
    [['dump'], 'pgsnapman dump needs a verb', 'one of list, show'],
    [['dump', 'list', '--lmit', '3'], "unknown option '--lmit'", 'did you mean --limit?'],
    [['dump', 'list', '--limit'], "option '--limit <n>' argument missing", 'see pgsnapman dump list --help'],
    [['dump', 'list', '--outcome', 'good'], "argument 'good' is invalid", 'allowed choices are ok'],
    [['dump', 'show'], "missing required argument 'dump'", 'see pgsnapman dump show --help'],
    [['dump', 'show', '1', '2'], "too many arguments for 'show'", 'expected 1 argument but got 2'],
    [['dump', 'list', '--since', 'x'], '--since "x" is not valid', 'a time span'],
    [['dumpjob', 'show', 'x'], '"x" is not valid', 'a whole number'],
    [['dumpjob', 'run', '0'], '"0" is not valid', 'a whole number'],
    [['restorejob', 'run', '1;drop'], '"1;drop" is not valid', 'a whole number'],
    [['dumpjob', 'add', '--db', 'x'], "'--instance <instance>' not specified", 'see pgsnapman dumpjob add'],
    [['dumpjob', 'add', '--instance', '1'], 'a full dump needs --db', 'name the database'],
    [['dumpjob', 'add', '--instance', '1', '--type', 'cluster', '--db', 'x'], 'is of all databases', 'leave out --db'],
    [['dumpjob', 'add', '--instance', '1', '--db', 'x', '--at', '2026-01-01'], '--at needs --once', 'schedule'],
    [['dumpjob', 'add', '--instance', '1', '--db', 'x', '--schedule', '61 * * * *'], '61', 'use 0 to 59'],
    [
      ['dumpjob', 'add', '--instance', '1', '--db', 'x', '--option', '--file=/x'],
      '"--file=/x" is not allowed',
      'allowed',
    ],
    [['dumpjob', 'add', '--instance', '1', '--db', 'x', '--table', 'x'], 'name of a table', 'schema.table'],
    [['restorejob', 'add', '--to', '1', '--db', 'x'], 'which dump', '--latest-of'],
    [['restorejob', 'add', '--to', '1', '--db', 'x', '--dump', '1', '--on-trigger'], 'one source', '--latest-of'],
    [['restorejob', 'add', '--to', '1', '--db', 'x', '--on-trigger', '--once'], 'no time of its own', 'leave out'],
    [['restorejob', 'add', '--to', '1', '--db', 'x', '--dump', '1', '--existing', 'truncate'], '--type data', 'choose'],
    [['restorejob', 'add', '--to', '1', '--db', 'x', '--dump', '1', '--option', '--clean'], 'not allowed', 'allowed'],
    [['instance', 'add', 'a b'], '"a b" is not a host and port', 'HOST'],
  ])('%j is told in one sentence with a hint, before anything is looked up', async (argv, sentence, hint) => {
    const error = await refusal(...argv);
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(sentence);
    expect(error.message).not.toMatch(/\n|^[A-Z]|^error/);
    expect(error.hint).toContain(hint);
  });
});

describe('global options', () => {
  it.each([[['--json', 'dump', 'list']], [['dump', '--json', 'list']], [['dump', 'list', '--json']]])(
    'may stand anywhere: %j',
    async (argv) => {
      // All of them get as far as the configuration.
      expect((await refusal(...argv)).code).toBe('configuration');
    },
  );

  it('are not taken for what is the value of another option', async () => {
    expect((await refusal('dump', 'list', '--db', '--json')).code).toBe('configuration');
  });

  it('--config wins over PGSNAPMAN_CONFIG, and the innermost --config over others', async () => {
    const wrong = join(directory, 'wrong.toml');
    writeFileSync(wrong, '[nonsense]\n');
    expect((await refusal('dump', 'list', '--config', wrong)).message).toContain('unknown key nonsense');
    expect((await refusal('--config', '/none', 'dump', 'list', '--config', wrong)).message).toContain('nonsense');
  });
});
