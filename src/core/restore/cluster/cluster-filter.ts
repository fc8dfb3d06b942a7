import { type ScannedPiece, SqlScanner } from '../../cluster-dump/sql-scanner.ts';
import { namedIn } from '../../cluster-dump/stream-names.ts';

/** What the target has already, by exact names. */
export interface PresentOnTarget {
  roles: ReadonlySet<string>;
  tablespaces: ReadonlySet<string>;
  databases: ReadonlySet<string>;
}

const NAME = /(?:"(?:[^"]|"")*"|[^\s;"]+)/;
const MEMBERSHIP = new RegExp(`GRANT ${NAME.source} TO`);
const OF_ROLE = /CREATE ROLE|ALTER ROLE|COMMENT ON ROLE|SECURITY LABEL FOR \S+ ON ROLE/;
const OF_TABLESPACE =
  /CREATE TABLESPACE|ALTER TABLESPACE|COMMENT ON TABLESPACE|SECURITY LABEL FOR \S+ ON TABLESPACE|(?:GRANT|REVOKE) [A-Z, ]+ ON TABLESPACE/;
const DATABASE_BEGINS = '-- PostgreSQL database dump\n';
const DATABASE_ENDS = '-- PostgreSQL database dump complete\n';

/**
 * Takes out of a stream of pg_dumpall what would change something that the target has: statements about its roles and
 * tablespaces, and the whole part of a database of its. Pieces come and go as they are; nothing is rewritten.
 */
export class ClusterFilter {
  /** What was taken out, each once, without the rest of the statement: that may be a password. */
  readonly leftOut: string[] = [];
  readonly #scanner = new SqlScanner();
  readonly #present: PresentOnTarget;
  #inDatabases = false;
  /** Inside the part of a database that is there; `ended`: its last line has been read. */
  #skipping: 'no' | 'yes' | 'ended' = 'no';

  constructor(present: PresentOnTarget) {
    this.#present = present;
  }

  /** @throws Error when the stream holds what pg_dumpall does not write */
  push(chunk: Buffer): Buffer {
    return this.#keep(this.#scanner.push(chunk));
  }

  /** @throws Error when the stream ends in the middle of something */
  end(): Buffer {
    return this.#keep(this.#scanner.end());
  }

  #keep(pieces: Iterable<ScannedPiece>): Buffer {
    const kept: Buffer[] = [];
    for (const piece of pieces) {
      if (!this.#wants(piece)) continue;
      if (piece.kind === 'data') kept.push(piece.bytes);
      else kept.push(Buffer.from(piece.kind === 'data end' ? '\\.\n' : piece.text, 'latin1'));
    }
    return Buffer.concat(kept);
  }

  #wants(piece: ScannedPiece): boolean {
    if (piece.kind === 'comment') {
      if (this.#skipping === 'yes' && piece.text === DATABASE_ENDS) this.#skipping = 'ended';
      else if (this.#skipping === 'ended' && piece.text === DATABASE_BEGINS) this.#skipping = 'no';
      return true;
    }
    if (piece.kind === 'meta') {
      const connects = piece.text.startsWith('\\connect ');
      this.#inDatabases ||= connects;
      // The keys of \restrict and \unrestrict have to stay pairs.
      return this.#skipping === 'no' || !(connects || piece.text.startsWith('\\encoding '));
    }
    if (this.#skipping !== 'no') return false;
    return piece.kind !== 'statement' || this.#wantsStatement(piece.text);
  }

  #wantsStatement(text: string): boolean {
    const database = namedIn(text, /CREATE DATABASE/);
    if (database !== null && this.#present.databases.has(database)) {
      this.#skipping = 'yes';
      return this.#drop(`everything of database "${database}"`);
    }
    if (this.#inDatabases) return true;
    const { roles, tablespaces } = this.#present;
    const role = namedIn(text, OF_ROLE);
    if (role !== null && roles.has(role)) return this.#drop(`${verb(text)} role "${role}"`);
    const member = namedIn(text, MEMBERSHIP);
    if (member !== null && roles.has(member)) return this.#drop(`a membership of role "${member}"`);
    const tablespace = namedIn(text, OF_TABLESPACE);
    if (tablespace !== null && tablespaces.has(tablespace)) {
      return this.#drop(`${verb(text)} tablespace "${tablespace}"`);
    }
    return true;
  }

  #drop(what: string): false {
    if (!this.leftOut.includes(what)) this.leftOut.push(what);
    return false;
  }
}

const verb = (text: string): string => /^\s*(\w+)/.exec(text)?.[1]?.toLowerCase() ?? '';
