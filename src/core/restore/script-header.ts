import { quoteLiteral } from '../postgres/identifiers.ts';

/** What is said differently in the script that pg_restore writes. */
export interface HeaderChange {
  /** Instead of the empty search_path, for which pg_restore has no option. */
  searchPath: string;
  /** True: policies apply, so that a materialized view is filled with what its owner may see. */
  rowSecurity: boolean;
}

const EMPTY_PATH = "SELECT pg_catalog.set_config('search_path', '', false);";
const ROW_SECURITY = 'SET row_security = off;';
/** The settings stand within the first lines, before anything that comes from the archive. */
const HEADER_LINES = 60;

/**
 * Changes settings in the head of a script of `pg_restore -f -`, which comes in pieces of any size. All other bytes pass
 * as they are, in whatever encoding.
 */
export class HeaderWriter {
  readonly #change: HeaderChange;
  #buffer = '';
  #lines = 0;
  #found = false;
  #done = false;
  #encoding = 'UTF8';

  constructor(change: HeaderChange) {
    this.#change = change;
  }

  /** True when the line that sets the search_path was there; a script without it must not be used. */
  get found(): boolean {
    return this.#found;
  }

  push(piece: Buffer): Buffer {
    if (this.#done) return piece;
    this.#buffer += piece.toString('latin1'); // byte for byte
    let out = '';
    for (let end = this.#buffer.indexOf('\n'); end >= 0 && !this.#done; end = this.#buffer.indexOf('\n')) {
      out += `${this.#line(this.#buffer.slice(0, end))}\n`;
      this.#buffer = this.#buffer.slice(end + 1);
    }
    return Buffer.from(this.#done ? out + this.rest() : out, 'latin1');
  }

  /** What is left when the script has ended. */
  rest(): string {
    const rest = this.#buffer;
    this.#buffer = '';
    return rest;
  }

  #line(line: string): string {
    this.#lines += 1;
    this.#done = this.#lines >= HEADER_LINES || line.startsWith('-- Name: ');
    this.#encoding = /^SET client_encoding = '(\w+)';$/.exec(line)?.[1] ?? this.#encoding;
    if (line === EMPTY_PATH) {
      this.#found = true;
      const path = Buffer.from(quoteLiteral(this.#change.searchPath)).toString('latin1');
      const set = `SELECT pg_catalog.set_config('search_path', ${path}, false);`;
      return `SET client_encoding = 'UTF8'; ${set} SET client_encoding = '${this.#encoding}';`;
    }
    return line === ROW_SECURITY && this.#change.rowSecurity ? 'SET row_security = on;' : line;
  }
}
