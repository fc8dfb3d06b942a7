import { errorText } from '../errors.ts';
import { type ScannedPiece, SqlScanner } from './sql-scanner.ts';
import { connectedDatabase, namedIn } from './stream-names.ts';

/** What a stream of pg_dumpall holds of one database. */
export interface StreamDatabase {
  name: string;
  /** Tables with data. */
  tables: number;
  rows: number;
  /** Of the data of tables. */
  bytes: number;
}

/** What the last lines of every complete stream are, whatever else is written between and after them. */
const CLOSING_LINE = '-- PostgreSQL database cluster dump complete\n';

/** Reads a stream of pg_dumpall as it goes by: what is in it, and whether it is whole. */
export class StreamCounter {
  bytes = 0;
  readonly roles: string[] = [];
  readonly #scanner = new SqlScanner();
  readonly #databases = new Map<string, StreamDatabase>();
  #current: StreamDatabase | null = null;
  #closed = false;
  #problem: string | null = null;

  get databases(): StreamDatabase[] {
    return [...this.#databases.values()];
  }

  push(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.#read(() => this.#scanner.push(chunk));
  }

  /** To be called once, after the last piece. @returns why the stream is not whole; null: it is */
  end(): string | null {
    this.#read(() => this.#scanner.end());
    if (this.#problem !== null) return this.#problem;
    return this.#closed ? null : 'its closing line is missing';
  }

  #read(pieces: () => Iterable<ScannedPiece>): void {
    if (this.#problem !== null) return;
    try {
      for (const piece of pieces()) {
        if (piece.kind === 'statement') this.#statement(piece.text);
        else if (piece.kind === 'meta') this.#connect(connectedDatabase(piece.text));
        else if (piece.kind === 'data') this.#data(piece.bytes.length, piece.rows);
        else if (piece.kind === 'comment' && piece.text === CLOSING_LINE) this.#closed = true;
      }
    } catch (error) {
      this.#problem = errorText(error);
    }
  }

  #statement(text: string): void {
    this.#closed = false;
    const role = namedIn(text, /CREATE ROLE/);
    if (role !== null && this.#current === null) this.roles.push(role);
    if (this.#current !== null && /^\s*COPY\s[\s\S]*\sFROM stdin;$/.test(text)) this.#current.tables += 1;
  }

  #connect(name: string | null): void {
    if (name === null) return;
    this.#current = this.#databases.get(name) ?? { name, tables: 0, rows: 0, bytes: 0 };
    this.#databases.set(name, this.#current);
  }

  #data(bytes: number, rows: number): void {
    if (this.#current === null) return;
    this.#current.rows += rows;
    this.#current.bytes += bytes;
  }
}
