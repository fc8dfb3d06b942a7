import { Command, CommanderError } from 'commander';
import { VERSION } from '../core/version.ts';
import { addActivityCommands } from './activity.ts';
import { addCatalogCommands } from './catalog.ts';
import type { NounBuilder } from './command-tree.ts';
import { addDemoCommand } from './demo.ts';
import { addDumpCommands } from './dump.ts';
import { addDumpJobCommands } from './dumpjob.ts';
import { addGlobalOptions } from './global-options.ts';
import { addInstanceCommands } from './instance.ts';
import { addMessageCommands } from './message.ts';
import type { Surroundings } from './output/streams.ts';
import { addRepoCommands } from './repo.ts';
import { addRestoreJobCommands } from './restorejob.ts';
import { addRestoreLogCommands } from './restorelog.ts';
import { addTuiCommand } from './tui.ts';
import { usageError } from './usage-error.ts';
import { addWorkerCommands } from './worker.ts';

const NOUNS: readonly NounBuilder[] = [
  addTuiCommand,
  addDemoCommand,
  addCatalogCommands,
  addWorkerCommands,
  addInstanceCommands,
  addDumpJobCommands,
  addDumpCommands,
  addRestoreJobCommands,
  addRestoreLogCommands,
  addRepoCommands,
  addMessageCommands,
  addActivityCommands,
];

/** The whole command tree. `onExitCode` is told the exit code of an action that is not 0. */
export function buildProgram(around: Surroundings, onExitCode: (code: number) => void): Command {
  const program = new Command('pgsnapman')
    .description('Dumps, restores and copies PostgreSQL databases: many databases, many instances, one catalog.')
    .usage('[global options] <noun> <verb> [arguments]')
    .version(VERSION, '--version', 'show the version')
    .enablePositionalOptions()
    .helpCommand('help [command]', 'show help for a command')
    .exitOverride()
    .configureOutput({ writeOut: (text) => void around.stdout.write(text), writeErr: () => {} });
  for (const addNoun of NOUNS) addNoun(program, { around, onExitCode });
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
  const program = buildProgram(around, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(withDefaultCommand(program, argv, around), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageError(error, program, argv);
  }
  return exitCode;
}

/** Without a noun, people on a terminal get the manager; everybody else is told what there is. */
function withDefaultCommand(program: Command, argv: readonly string[], around: Surroundings): string[] {
  const { operands, unknown } = program.parseOptions([...argv]);
  if (operands.length > 0 || unknown.length > 0) return [...argv];
  return around.stdinIsTerminal && around.stdout.isTTY === true ? ['tui', ...argv] : [...argv, '--help'];
}
