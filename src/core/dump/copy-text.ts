import { PgSnapManError } from '../errors.ts';

const NEWLINE = 10;
const BACKSLASH = 92;
const DOT = 46;

/**
 * Watches the bytes of a table's data file pass by: counts rows, and checks that the file ends as COPY data of pg_dump
 * ends, which is a line `\.` with nothing but empty lines after it. In COPY text every row is one line (newlines in
 * values are escaped) and a row never reads `\.` (a backslash in a value is doubled). A row of a table without columns is
 * an empty line, so lines after the end are no rows. All encodings of servers keep ASCII bytes for ASCII.
 */
export class CopyTextScanner {
  private lines = 0;
  /** Bytes of the current line so far, as far as they can still be the end marker: 0, 1 (`\`), 2 (`\.`); 3: some other. */
  private matched = 0;
  /** Rows before the end marker; null: not met yet. */
  private rowsAtEnd: number | null = null;
  private afterEnd = false;

  update(chunk: Uint8Array): void {
    let { lines, matched } = this;
    for (let i = 0; i < chunk.length; i++) {
      if (matched === 3) {
        i = chunk.indexOf(NEWLINE, i); // most bytes: jump to the end of the line
        if (i < 0) break;
      }
      const byte = chunk[i];
      if (byte === NEWLINE) {
        if (matched === 2 && this.rowsAtEnd === null) this.rowsAtEnd = lines;
        else if (matched !== 0 && this.rowsAtEnd !== null) this.afterEnd = true;
        lines++;
        matched = 0;
      } else if (matched === 0) matched = byte === BACKSLASH ? 1 : 3;
      else matched = matched === 1 && byte === DOT ? 2 : 3;
    }
    this.lines = lines;
    this.matched = matched;
  }

  /**
   * Number of rows.
   * @throws PgSnapManError run_failed when the data does not end, or goes on after its end
   */
  finish(): number {
    if (this.rowsAtEnd !== null && !this.afterEnd && this.matched === 0) return this.rowsAtEnd;
    throw new PgSnapManError('run_failed', 'the data of a table does not end as it must: it was cut off or altered');
  }
}
