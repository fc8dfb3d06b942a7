/** Functions of the console that write to the terminal. */
const METHODS = ['log', 'info', 'debug', 'warn', 'error'] as const;

/**
 * Keeps what libraries say on the console off the screen while it belongs to the manager; said afterwards, on standard
 * error, at most the first lines of it.
 */
export function quietConsole(limit = 20): { restore(): void } {
  const target = globalThis.console;
  const before = METHODS.map((name) => [name, target[name]] as const);
  const said: unknown[][] = [];
  for (const name of METHODS) {
    target[name] = (...values: unknown[]): void => {
      if (said.length < limit) said.push(values);
    };
  }
  return {
    restore() {
      for (const [name, method] of before) target[name] = method;
      for (const values of said) target.error(...values);
    },
  };
}
