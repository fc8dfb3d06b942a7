const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * A signal for work that has to end in order: aborted by the first Ctrl-C, SIGTERM or SIGHUP. The second one ends the
 * process as it would any other. Commands that don't ask for this signal just end.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  // Not `once`: a listener that is gone when others are called makes execa's believe that nobody else cares, and it ends
  // the process.
  const onSignal = (name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      controller.abort(name);
      return;
    }
    for (const each of SIGNALS) process.removeListener(each, onSignal);
    process.kill(process.pid, name);
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return controller.signal;
}
