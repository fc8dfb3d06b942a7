import type { Connection } from '../../sql/connection.ts';

/** A place to write to; process.stdout and process.stderr are such places, and so is a test's buffer. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a command has around it instead of the process itself. */
export interface Surroundings {
  stdout: OutputStream;
  stderr: OutputStream;
  env: Readonly<Record<string, string | undefined>>;
  now(): Date;
  stdinIsTerminal: boolean;
  /** Shows a question on the terminal and reads a line. */
  ask(question: string): Promise<string>;
  /** Opens the full-screen manager, which this room may not import, and returns when it is left. */
  openManager(options: { openCatalog(): Promise<Connection>; color: boolean; ascii: boolean }): Promise<void>;
}
