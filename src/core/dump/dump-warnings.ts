/**
 * Warnings of a finished dump, each once: what was left out, what pg_dump and the server warned about on standard error
 * (only the first line of each: details could hold values), what is to be said about the tools.
 */
export function dumpWarnings(
  leftOut: readonly string[],
  lines: readonly string[],
  aboutTools: readonly string[],
): string[] {
  const fromLines = lines
    .map((line) => /^(?:pg_dump(?:all)?: warning: |WARNING: +)(.*)$/.exec(line)?.[1])
    .filter((text) => text !== undefined)
    .filter((text) => !(text.startsWith('subscriptions not dumped') && leftOut.length > 0)); // named in `leftOut`
  return [...new Set([...leftOut, ...fromLines.map((text) => `pg_dump: ${text}`), ...aboutTools])];
}
