import { PgSnapManError } from '../core/errors.ts';
import { checkTerminal } from './terminal/check-terminal.ts';
import type { TerminalInput } from './terminal/key-stream.ts';
import type { TerminalOutput } from './terminal/packed-output.ts';
import type { TuiOptions } from './tui-options.ts';

/**
 * Opens the full-screen manager and resolves when it is left. The terminal is then as it was, whatever the way out.
 * @throws PgSnapManError usage without a terminal, cancelled after a signal, and what `openCatalog` throws at the start
 */
export async function runTui(options: TuiOptions): Promise<void> {
  const { stdin, stdout } = process;
  checkTerminal({
    stdinIsTerminal: stdin.isTTY === true,
    stdoutIsTerminal: stdout.isTTY === true,
    term: process.env.TERM,
  });
  const { openManager } = await import('./manager.ts');
  const leave = (): void => manager.leave();
  const onSignal = (signal: NodeJS.Signals): void =>
    manager.leave(new PgSnapManError('cancelled', `the manager was ended by ${signal}`));
  const onException = (error: Error): void => manager.leave(error);
  const onContinue = (): void => manager.resume();
  const ignore = (): void => {};
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on('SIGCONT', onContinue);
  // Before anybody else hears of it: what they write must not go to the screen that is about to vanish.
  process.prependListener('uncaughtException', onException);
  // The terminal was closed: nothing can be read or written any more, but the catalog is left in an orderly way.
  stdin.on('end', leave);
  stdin.on('error', leave);
  stdout.on('error', leave);
  // Last, because it draws at once: from then on a signal has to find somebody who gives the terminal back.
  const manager = openManager({ ...options, input: stdin as TerminalInput, output: stdout as TerminalOutput });
  try {
    await manager.done;
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    process.off('SIGCONT', onContinue);
    process.off('uncaughtException', onException);
    stdin.off('end', leave);
    stdin.off('error', leave);
    stdin.on('error', ignore);
    stdout.off('error', leave);
  }
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
