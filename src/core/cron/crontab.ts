/**
 * A crontab with one line of ours in it, known by the mark at its end, or with that line gone (`line` null). All other
 * lines stay byte for byte as they are, and where they are.
 */
export function withMarkedLine(crontab: string, mark: string, line: string | null): string {
  const lines = crontab === '' ? [] : crontab.replace(/\n$/, '').split('\n');
  const ours = (candidate: string): boolean => candidate.trimEnd().endsWith(mark);
  const first = lines.findIndex(ours);
  const others = lines.filter((candidate) => !ours(candidate));
  if (line !== null) others.splice(first === -1 ? others.length : first, 0, `${line} ${mark}`);
  return others.length === 0 ? '' : `${others.join('\n')}\n`;
}

/** The mark of a worker's line; its root directory tells several workers of one account apart. */
export const markOf = (root: string): string => `# pgsnapman worker in ${root}`;

/**
 * A command as cron and its shell take it: every word in single quotes where it needs them, and the percent signs, which
 * cron turns into line ends, with a backslash before them. @throws RangeError for a line end, which no crontab can hold
 */
export function cronCommand(words: readonly string[]): string {
  return words.map(cronWord).join(' ').replaceAll('%', '\\%');
}

function cronWord(word: string): string {
  if (/[\n\r\0]/.test(word)) throw new RangeError('a crontab cannot hold a line end in a command');
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
