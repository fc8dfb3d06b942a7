/** Postgres cuts longer names without a word, and a cut name may be that of another database. */
const LONGEST_NAME_BYTES = 63;

/** In the names of all databases that we make for ourselves, and in no other. */
const OWN_PART = '_pgsnapman_';

/**
 * Name of the database that a restore works in before it gets the target's name: `<target>_pgsnapman_<8 hex digits>`,
 * with the target cut at a character so that all of it fits into 63 bytes of UTF-8.
 * @param random eight hexadecimal digits, different for every run
 */
export function stagingName(target: string, random: string): string {
  if (!/^[0-9a-f]{8}$/.test(random)) throw new Error('eight hexadecimal digits are needed');
  return derivedName(target, random);
}

/**
 * Name under which a replaced database is kept (`old`), or one that an undo has replaced (`undone`):
 * `<target>_pgsnapman_old_<UTC time>`, with a number behind it while that name is taken.
 */
export function keptName(
  target: string,
  kind: 'old' | 'undone',
  at: Date,
  taken: readonly { name: string }[] = [],
): string {
  const time = at
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replaceAll(/[-:]/g, '')
    .replace('T', '_');
  for (let count = 1; ; count++) {
    const name = derivedName(target, `${kind}_${time}${count === 1 ? '' : `_${count}`}`);
    if (!taken.some((other) => other.name === name)) return name;
  }
}

/** Suffixes are ASCII: as many bytes as characters. */
function derivedName(target: string, ending: string): string {
  const suffix = `${OWN_PART}${ending}`;
  return cutToBytes(target, LONGEST_NAME_BYTES - suffix.length) + suffix;
}

/** True for names that only databases of our own have (staging, undo, drill): never dumped, listed or restored onto. */
export function isOwnName(name: string): boolean {
  return name.includes(OWN_PART);
}

/** The longest start of a text that fits, never ending within a character. */
export function cutToBytes(text: string, limit: number): string {
  let bytes = 0;
  let result = '';
  for (const character of text) {
    bytes += utf8Length(character);
    if (bytes > limit) break;
    result += character;
  }
  return result;
}

/** Bytes of a text in UTF-8. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
