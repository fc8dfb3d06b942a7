/** A database as the server lists it. */
export interface ListedDatabase {
  name: string;
  is_template: boolean;
  allow_connections: boolean;
}

export interface LeftOut {
  /** Databases that pg_dumpall is told not to dump. */
  exclude: string[];
  /** What is missing in the dump, as sentences for its warnings. */
  warnings: string[];
  /** What is left out on purpose, for the log. */
  notes: string[];
}

const OWN_PART = '_pgsnapman_';

/**
 * Which databases a dump of a whole cluster leaves out. pg_dumpall skips those that allow no connections without a word,
 * and fails on names with line ends; databases of our own (restores in progress, what they replaced) are no data of the
 * instance.
 */
export function leftOut(databases: readonly ListedDatabase[]): LeftOut {
  const found: LeftOut = { exclude: [], warnings: [], notes: [] };
  for (const { name, allow_connections, is_template } of databases) {
    const shown = JSON.stringify(name);
    if (!allow_connections) {
      if (!is_template) found.warnings.push(`database ${shown} is left out: it allows no connections`);
    } else if (name.includes(OWN_PART)) {
      found.exclude.push(name);
      found.notes.push(`database ${shown} is left out: its name is of the form that pgsnapman keeps for its own`);
    } else if (/[\n\r]/.test(name)) {
      found.exclude.push(name);
      found.warnings.push(`database ${shown} is left out: pg_dumpall takes no names with line ends`);
    }
  }
  return found;
}
