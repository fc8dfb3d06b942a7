/** What pg_dump writes after the rows of a table, `\.` and three line ends. No row reads so: a backslash is doubled. */
const END = [0x5c, 0x2e, 0x0a, 0x0a, 0x0a];

/** As much of a file's end as `isCompleteCopy` looks at. */
export const COPY_END_BYTES = END.length + 1;

/**
 * True if a table's data file with this end is complete: only pg_dump's last write makes it end so.
 * @param tail its last COPY_END_BYTES; fewer are the whole file
 */
export function isCompleteCopy(tail: Uint8Array): boolean {
  const at = tail.length - END.length;
  return END.every((byte, i) => tail[at + i] === byte) && (at === 0 || tail[at - 1] === 0x0a);
}
