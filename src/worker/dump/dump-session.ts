import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionSettings } from '../../core/connection/connection-settings.ts';
import type { LockRoom } from '../../core/dump/lock-room.ts';
import { demandOf, type FlagRow } from '../../core/dump/on-demand.ts';
import { PgSnapManError } from '../../core/errors.ts';
import type { DatabaseFacts } from '../../core/facts/database-facts.ts';
import { type Connection, connect } from '../../sql/connection.ts';
import { type Backend, readBackends, terminateBackends } from '../../sql/instance/backends.ts';
import { readBackupFlag } from '../../sql/instance/backup-flag.ts';
import { readLockRoom } from '../../sql/instance/lock-room.ts';
import { withPartitions } from '../../sql/instance/partitions.ts';
import { readClusterFacts } from '../../sql/instance/read-cluster-facts.ts';
import { readDatabaseFacts } from '../../sql/instance/read-database-facts.ts';
import { beginWithSnapshot } from '../../sql/instance/snapshot.ts';

const TERMINATE_TIMEOUT_MS = 5_000;
/** How long a question waits when a dump has failed already. */
const ANSWER_WITHIN_MS = 2_000;
/** How long a look at a dump that runs waits for the server to say what the sessions do. */
const LOOK_WITHIN_MS = 500;

/**
 * Our own session in the database for as long as pg_dump runs: it holds the snapshot that pg_dump imports, and looks
 * after pg_dump's sessions. If it is lost while data are dumped, the dump goes on without being watched on the server.
 */
export class DumpSession {
  readonly applicationName: string;
  private readonly settings: ConnectionSettings;
  private readonly connection: Connection;
  private asked: Promise<Backend[] | null> | null = null;

  private constructor(settings: ConnectionSettings, connection: Connection, applicationName: string) {
    this.settings = settings;
    this.connection = connection;
    this.applicationName = applicationName;
  }

  /** @throws ConnectionError */
  static async open(settings: ConnectionSettings, applicationName: string): Promise<DumpSession> {
    return new DumpSession(settings, await connect(settings, { applicationName }), applicationName);
  }

  get serverVersion(): string {
    return this.connection.serverVersion;
  }

  get serverVersionNum(): number {
    return this.connection.serverVersionNum;
  }

  /** Begins the transaction whose snapshot everything is read in; returns the snapshot's identifier. */
  async begin(): Promise<string> {
    return await beginWithSnapshot(this.connection);
  }

  async readFacts(): Promise<DatabaseFacts> {
    return await readDatabaseFacts(this.connection);
  }

  /** @param role the role that pg_dumpall will take on; null: none */
  async readClusterFacts(role: string | null) {
    return await readClusterFacts(this.connection, role);
  }

  /**
   * Rows of the database that want a dump, as the snapshot of the open transaction sees them; none where that cannot be
   * read: then the wish stays.
   */
  async readWanted(): Promise<FlagRow[]> {
    await this.connection.script('savepoint flag');
    try {
      return demandOf(await readBackupFlag(this.connection)).wanted;
    } catch (error) {
      if (!(error instanceof PgSnapManError)) throw error;
      return [];
    } finally {
      await this.connection.script('rollback to savepoint flag');
    }
  }

  async databaseBytes(): Promise<number> {
    const row = await this.connection.row<{ bytes: number }>('select pg_database_size(current_database()) as bytes');
    return row?.bytes ?? 0;
  }

  async withPartitions(tables: readonly { schema: string; name: string }[]) {
    return await withPartitions(this.connection, tables);
  }

  /**
   * What pg_dump's sessions do; null when the server does not say so in a moment (then the question stays asked, and a
   * later call may get the answer) or the session is lost.
   */
  async backends(): Promise<Backend[] | null> {
    this.asked ??= readBackends(this.connection, this.applicationName).catch(() => null);
    const { asked } = this;
    const late = sleep(LOOK_WITHIN_MS, 'late' as const, { ref: false });
    const answer = await Promise.race([asked, late]);
    if (answer === 'late') return null;
    this.asked = null;
    return answer;
  }

  /** How many locks there is room for, and tables; null when the server does not say so in a moment. */
  async lockRoom(): Promise<LockRoom | null> {
    const answer = readLockRoom(this.connection).catch(() => null);
    return await Promise.race([answer, sleep(ANSWER_WITHIN_MS, null, { ref: false })]);
  }

  /** Ends pg_dump's sessions, over a connection of its own: this one may be stuck. As well as can be done. */
  async terminateBackends(): Promise<void> {
    try {
      const options = { timeoutMs: TERMINATE_TIMEOUT_MS, queryTimeoutMs: TERMINATE_TIMEOUT_MS };
      const connection = await connect(this.settings, options);
      await terminateBackends(connection, this.applicationName).catch(() => 0);
      await connection.close();
    } catch {
      // the server does not answer: its sessions end when it finds that nobody listens
    }
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}
