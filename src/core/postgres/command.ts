/** A command line as a value: made by pure functions, tested as data, run by the one runner of the worker. */
export interface Command {
  /** Absolute path of the executable. */
  file: string;
  /** Arguments; never a secret, never a shell. */
  args: readonly string[];
  /** Variables set on top of a clean environment (PATH, HOME, TMPDIR, PG… of the worker, LC_ALL=C). */
  env: Readonly<Record<string, string>>;
}
