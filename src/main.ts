import type { Surroundings } from './cli/output/streams.ts';
import { EXIT_CODES, errorText, PgSnapManError } from './core/errors.ts';
import { plainTick } from './start/plain-tick-words.ts';

/**
 * Runs pgsnapman with the given arguments (without node and script), and sets the exit code of the process. The only
 * place where an error becomes an exit code.
 */
export async function main(argv: string[]): Promise<void> {
  watchOutput();
  process.on('uncaughtException', (error) => {
    void report(error, argv).finally(() => process.exit(EXIT_CODES.internal));
  });
  try {
    process.exitCode = await run(argv, {
      stdout: process.stdout,
      stderr: process.stderr,
      env: process.env,
      now: () => new Date(),
      // Looked at when it is asked for: Node makes a stream of it.
      get stdinIsTerminal() {
        return process.stdin.isTTY === true;
      },
      ask: async (question) => (await import('./cli/ask.ts')).askOnTerminal(question),
      openManager: async (options) => (await import('./tui/run-tui.ts')).runTui(options),
    });
  } catch (error) {
    process.exitCode = await report(error, argv);
  }
}

async function run(argv: string[], around: Surroundings): Promise<number> {
  const tick = plainTick(argv);
  if (tick !== null) return (await import('./cli/plain-tick.ts')).runPlainTick(tick.config, around);
  return (await import('./cli/program.ts')).runCli(argv, around);
}

/**
 * A reader that has seen enough (`| head`) is no error, and no reason to end a dump that is running. Output that could not
 * be written for another reason must not look like success.
 */
function watchOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return;
      process.once('exit', () => {
        process.exitCode = EXIT_CODES.internal;
      });
    });
  }
}

/** Says what went wrong on standard error and gives the exit code for it. */
async function report(error: unknown, argv: readonly string[]): Promise<number> {
  const { errorLines } = await import('./cli/output/error-lines.ts');
  const told = error instanceof PgSnapManError ? error : unexpected(error);
  process.stderr.write(errorLines(told, argv.includes('--json')));
  if (argv.includes('--verbose') && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  return told.exitCode;
}

function unexpected(error: unknown): PgSnapManError {
  return new PgSnapManError(
    'internal',
    `pgsnapman met an error that it does not know: ${errorText(error)}`,
    'this is a bug, please report it with what the same command says with --verbose',
  );
}

// Run from the sources; the built program is started by its launcher.
if (import.meta.main) void main(process.argv.slice(2));
