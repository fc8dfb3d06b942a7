import { createInterface } from 'node:readline/promises';
import { PgSnapManError } from '../core/errors.ts';

/** Reads a line from the terminal; the question goes to standard error. @throws PgSnapManError cancelled on Ctrl-C, Ctrl-D */
export async function askOnTerminal(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new AbortController();
  terminal.once('close', () => ended.abort());
  terminal.once('SIGINT', () => ended.abort());
  try {
    return await terminal.question(question, { signal: ended.signal });
  } catch (error) {
    throw new PgSnapManError('cancelled', 'nothing was changed', 'answer y, or add --yes', { cause: error });
  } finally {
    terminal.close();
  }
}
