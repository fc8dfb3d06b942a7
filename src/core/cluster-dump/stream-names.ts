/** Names as they stand in a stream of pg_dumpall, whose texts are latin1: a character for a byte. */

/** The database that `\connect` goes to; null: the line is another one. */
export function connectedDatabase(meta: string): string | null {
  const argument = /^\\connect (?:-reuse-previous=on )?([\s\S]*?)\n?$/.exec(meta)?.[1];
  if (argument === undefined) return null;
  const name = unquoted(argument);
  if (!meta.startsWith('\\connect -reuse-previous=on ')) return inUtf8(name);
  const conninfo = /^dbname='((?:[^'\\]|\\[\s\S])*)'$/.exec(name)?.[1];
  return conninfo === undefined ? null : inUtf8(conninfo.replace(/\\([\s\S])/g, '$1'));
}

/** The name that a statement is about, behind the words before it; null: it does not begin with them. */
export function namedIn(statement: string, words: RegExp): string | null {
  const start = new RegExp(`^\\s*(?:${words.source})\\s+("(?:[^"]|"")*"|[^\\s;"]+)`).exec(statement);
  return start?.[1] === undefined ? null : inUtf8(unquoted(start[1]));
}

function unquoted(text: string): string {
  return text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
}

const inUtf8 = (text: string): string => Buffer.from(text, 'latin1').toString('utf8');
