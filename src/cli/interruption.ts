/**
 * A signal for work that has to end in order: aborted by the first Ctrl-C, SIGTERM or SIGHUP. The second one ends the
 * process as it would any other. Commands that don't ask for this signal just end.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => controller.abort(name));
  }
  return controller.signal;
}
