import { PgSnapManError } from '../../core/errors.ts';

export interface TerminalFacts {
  stdinIsTerminal: boolean;
  stdoutIsTerminal: boolean;
  /** TERM; undefined on Windows. */
  term: string | undefined;
}

/** @throws PgSnapManError usage where a full-screen program cannot work */
export function checkTerminal({ stdinIsTerminal, stdoutIsTerminal, term }: TerminalFacts): void {
  const hint = 'use the commands, for example `pgsnapman dump list`; with --json for programs';
  if (!stdinIsTerminal || !stdoutIsTerminal) {
    throw new PgSnapManError('usage', 'the manager needs a terminal for input and output', hint);
  }
  if (term === 'dumb') throw new PgSnapManError('usage', 'this terminal cannot place text (TERM is dumb)', hint);
}

export const MINIMUM_COLUMNS = 60;
export const MINIMUM_ROWS = 15;
