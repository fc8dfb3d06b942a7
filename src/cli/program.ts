import { Command, CommanderError } from 'commander';
import { VERSION } from '../core/version.ts';
import type { NounBuilder } from './command-tree.ts';
import { addGlobalOptions } from './global-options.ts';
import type { Surroundings } from './output/streams.ts';
import { usageError } from './usage-error.ts';

/** Every noun, in the order of the help, loaded when it is needed: `worker run` starts 1,440 times a day. */
const NOUNS: Readonly<Record<string, () => Promise<NounBuilder>>> = {
  tui: async () => (await import('./tui.ts')).addTuiCommand,
  demo: async () => (await import('./demo.ts')).addDemoCommand,
  catalog: async () => (await import('./catalog.ts')).addCatalogCommands,
  worker: async () => (await import('./worker.ts')).addWorkerCommands,
  instance: async () => (await import('./instance.ts')).addInstanceCommands,
  database: async () => (await import('./database.ts')).addDatabaseCommands,
  dumpjob: async () => (await import('./dumpjob.ts')).addDumpJobCommands,
  dump: async () => (await import('./dump.ts')).addDumpCommands,
  restorejob: async () => (await import('./restorejob.ts')).addRestoreJobCommands,
  restorelog: async () => (await import('./restorelog.ts')).addRestoreLogCommands,
  'server-restore': async () => (await import('./server-restore.ts')).addServerRestoreCommand,
  script: async () => (await import('./script.ts')).addScriptCommands,
  retention: async () => (await import('./retention.ts')).addRetentionCommands,
  repo: async () => (await import('./repo.ts')).addRepoCommands,
  message: async () => (await import('./message.ts')).addMessageCommands,
  activity: async () => (await import('./activity.ts')).addActivityCommands,
};

/** The nouns that the words may mean; all of them where none is named, for the help and for what was mistyped. */
async function nounsFor(argv: readonly string[]): Promise<NounBuilder[]> {
  const named = Object.keys(NOUNS).filter((name) => argv.includes(name));
  const wanted = named.length > 0 ? named : Object.keys(NOUNS);
  return await Promise.all(wanted.flatMap((name) => NOUNS[name]?.() ?? []));
}

/** The command tree, as far as these words need it. `onExitCode` is told the exit code of an action that is not 0. */
async function buildProgram(
  argv: readonly string[],
  around: Surroundings,
  onExitCode: (code: number) => void,
): Promise<Command> {
  const program = new Command('pgsnapman')
    .description('Dumps, restores and copies PostgreSQL databases: many databases, many instances, one catalog.')
    .usage('[global options] <noun> <verb> [arguments]')
    .version(VERSION, '--version', 'show the version')
    .enablePositionalOptions()
    .helpCommand('help [command]', 'show help for a command')
    .exitOverride()
    .configureOutput({ writeOut: (text) => void around.stdout.write(text), writeErr: () => {} });
  for (const addNoun of await nounsFor(argv)) addNoun(program, { around, onExitCode });
  addGlobalOptions(program);
  return program;
}

/**
 * Runs one command line (without node and script) to its end.
 * @returns the exit code
 * @throws PgSnapManError for everything that people are told; anything else is a bug
 */
export async function runCli(argv: readonly string[], around: Surroundings): Promise<number> {
  let exitCode = 0;
  const words = withDefaultCommand(argv, around);
  const program = await buildProgram(words, around, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageError(error, program, argv);
  }
  return exitCode;
}

/**
 * Without a noun, people on a terminal get the manager; everybody else is told what there is. Found out before any noun is
 * loaded: the manager is to be on the screen at once.
 */
function withDefaultCommand(argv: readonly string[], around: Surroundings): string[] {
  const bare = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  addGlobalOptions(bare);
  let words: ReturnType<typeof bare.parseOptions>;
  try {
    words = bare.parseOptions([...argv]);
  } catch {
    return [...argv]; // what is wrong is said when the whole is read
  }
  if (words.operands.length > 0 || words.unknown.length > 0) return [...argv];
  return around.stdinIsTerminal && around.stdout.isTTY === true ? ['tui', ...argv] : [...argv, '--help'];
}
