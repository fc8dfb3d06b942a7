/**
 * Text from outside (names, messages, log lines) as one line that cannot move a cursor, colour a terminal, or turn its
 * direction: line ends and tabs become a space, every other control character and direction override is left out.
 */
export function plain(text: string): string {
  return text
    .replace(/\r\n|[\n\r\t\v\f\u0085\u2028\u2029]/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
    .toWellFormed();
}

/** The same for text of several lines, such as the end of a log. */
export function plainLines(text: string): string[] {
  return text.split(/\r\n|\n|\r/).map(plain);
}
