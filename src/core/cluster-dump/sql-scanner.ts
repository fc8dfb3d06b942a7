import { countLineFeeds } from '../repository/count-lines.ts';

/** A piece of a stream of SQL for psql. Texts are latin1: a character for a byte. */
export type ScannedPiece =
  /** A statement with its semicolon, and the blank space before it. */
  | { kind: 'statement'; text: string }
  /** A comment or blank line outside of statements, with its line feed. */
  | { kind: 'comment'; text: string }
  /** A line that psql itself reads, such as `\connect name`, with its line feed. */
  | { kind: 'meta'; text: string }
  /** Lines of COPY data, perhaps cut anywhere. */
  | { kind: 'data'; bytes: Buffer; rows: number }
  /** The end marker of COPY data. */
  | { kind: 'data end' };

/** What psql commands pg_dumpall itself writes. Any other would be somebody's attack or damage. */
const OWN_COMMAND = /^\\(?:connect|encoding|restrict|unrestrict) /;
const COPY_STATEMENT = /^\s*COPY\s[\s\S]*\sFROM stdin;$/;
const DATA_END = Buffer.from('\n\\.\n');

const INTERESTING =
  /(?<![A-Za-z0-9_$\x80-\xff])[eE]'|'|"|\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?\$|--|\/\*|;|\\/g;

/**
 * Cuts what pg_dump and pg_dumpall write for psql into statements, psql commands and COPY data, as psql would: text in
 * quotes, dollar quotes, comments and data may look like anything. Data are passed on as they come; all else is held
 * until it is complete. A body of SQL between BEGIN ATOMIC and END, or in the parentheses of a rule, comes in several
 * pieces; their text together is what it was.
 */
export class SqlScanner {
  #line = '';
  #statement = '';
  /** Inside of what the scanner is: a quote, a dollar quote's tag, a comment; empty: nothing. */
  #inside = '';
  #commentDepth = 0;
  /** The last bytes of COPY data, which may begin its end marker; null: not in data. */
  #tail: Buffer | null = null;
  /** The first byte of the tail is not of the data. */
  #tailIsMadeUp = false;

  /** @throws Error when psql would do something that pg_dumpall never writes */
  *push(chunk: Buffer): Generator<ScannedPiece> {
    let rest = chunk;
    while (rest.length > 0) rest = this.#tail === null ? yield* this.#pushSql(rest) : yield* this.#pushData(rest);
  }

  /** What has not been given out. @throws Error when the stream ends in the middle of something */
  *end(): Generator<ScannedPiece> {
    if (this.#tail !== null) throw new Error('the stream ends in the data of a table');
    if (this.#line !== '') yield* this.#takeLine(this.#line);
    if (this.#inside !== '' || this.#statement.trim() !== '') throw new Error('the stream ends in a statement');
    if (this.#statement !== '') yield { kind: 'comment', text: this.#statement };
  }

  *#pushSql(chunk: Buffer): Generator<ScannedPiece, Buffer> {
    let from = 0;
    while (from < chunk.length) {
      const end = chunk.indexOf(10, from);
      if (end < 0) {
        this.#line += chunk.toString('latin1', from);
        break;
      }
      const line = this.#line + chunk.toString('latin1', from, end + 1);
      this.#line = '';
      from = end + 1;
      yield* this.#takeLine(line);
      if (this.#tail !== null) return chunk.subarray(from);
    }
    return chunk.subarray(chunk.length);
  }

  *#pushData(chunk: Buffer): Generator<ScannedPiece, Buffer> {
    const bytes = Buffer.concat([this.#tail ?? Buffer.alloc(0), chunk]);
    const start = this.#tailIsMadeUp ? 1 : 0;
    const end = bytes.indexOf(DATA_END);
    const upTo = end < 0 ? Math.max(start, bytes.length - DATA_END.length + 1) : end + 1;
    if (upTo > start) {
      const data = bytes.subarray(start, upTo);
      yield { kind: 'data', bytes: data, rows: countLineFeeds(data) };
      this.#tailIsMadeUp = false;
    }
    if (end < 0) {
      this.#tail = this.#tailIsMadeUp ? bytes : bytes.subarray(upTo);
      return chunk.subarray(chunk.length);
    }
    this.#tail = null;
    yield { kind: 'data end' };
    return bytes.subarray(end + DATA_END.length);
  }

  *#takeLine(line: string): Generator<ScannedPiece> {
    if (this.#inside === '' && this.#statement.trim() === '') {
      if (line.startsWith('\\')) {
        if (!OWN_COMMAND.test(line)) throw new Error('the stream holds a psql command that pg_dumpall does not write');
        yield* this.#blank();
        yield { kind: 'meta', text: line };
        return;
      }
      if (line.startsWith('--') || line.trim() === '') {
        yield* this.#blank();
        yield { kind: 'comment', text: line };
        return;
      }
    }
    yield* this.#lex(line);
  }

  *#blank(): Generator<ScannedPiece> {
    if (this.#statement !== '') yield { kind: 'comment', text: this.#statement };
    this.#statement = '';
  }

  *#lex(line: string): Generator<ScannedPiece> {
    let from = 0;
    for (let at = 0; at < line.length; ) {
      if (this.#inside !== '') {
        at = this.#leave(line, at);
        continue;
      }
      INTERESTING.lastIndex = at;
      const found = INTERESTING.exec(line)?.[0];
      if (found === undefined) break;
      at = INTERESTING.lastIndex;
      if (found === '\\') throw new Error('the stream holds a psql command inside of a statement');
      if (found === '--') break;
      if (found !== ';') {
        this.#inside = found === "E'" ? "e'" : found;
        if (found === '/*') this.#commentDepth = 1;
        continue;
      }
      const text = this.#statement + line.slice(from, at);
      this.#statement = '';
      from = at;
      yield { kind: 'statement', text };
      if (COPY_STATEMENT.test(text)) {
        if (line.slice(at) !== '\n') throw new Error('something follows COPY on its line');
        this.#tail = Buffer.from('\n');
        this.#tailIsMadeUp = true;
        yield { kind: 'comment', text: '\n' };
        return;
      }
    }
    this.#statement += line.slice(from);
  }

  /** Where what the scanner is inside of ends on this line, or the line's end. */
  #leave(line: string, at: number): number {
    if (this.#inside === '/*') return this.#leaveComment(line, at);
    if (this.#inside === "e'") {
      const ends = /\\[\s\S]|''|'/g;
      ends.lastIndex = at;
      for (let found = ends.exec(line); found !== null; found = ends.exec(line)) {
        if (found[0] !== "'") continue;
        this.#inside = '';
        return ends.lastIndex;
      }
      return line.length;
    }
    // A doubled quote ends the text and begins it again.
    const end = line.indexOf(this.#inside, at);
    if (end < 0) return line.length;
    const { length } = this.#inside;
    this.#inside = '';
    return end + length;
  }

  #leaveComment(line: string, at: number): number {
    const marks = /\/\*|\*\//g;
    marks.lastIndex = at;
    for (let found = marks.exec(line); found !== null; found = marks.exec(line)) {
      this.#commentDepth += found[0] === '/*' ? 1 : -1;
      if (this.#commentDepth > 0) continue;
      this.#inside = '';
      return marks.lastIndex;
    }
    return line.length;
  }
}
