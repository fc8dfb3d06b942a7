import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT_CODES, PgSnapManError } from '../core/errors.ts';
import type { RestoreJob } from '../core/model/configuration.ts';
import { isGood, type Outcome } from '../core/model/outcome.ts';
import { plain } from '../core/text/plain.ts';
import { truncate } from '../core/text/width.ts';
import { type RestoreStanding, restoreStandings } from '../sql/catalog/server-restore.ts';
import type { Connection } from '../sql/connection.ts';
import type { Context } from './context.ts';
import { interruptSignal } from './interruption.ts';
import type { ListColumn } from './output/output.ts';
import type { OutputStream } from './output/streams.ts';

const LOOK_EVERY_MS = 1000;

const COLUMNS: readonly ListColumn<RestoreStanding>[] = [
  { key: 'restore_job_id', title: 'JOB', align: 'right' },
  { key: 'dbname', title: 'DATABASE', shrinkTo: 12 },
  { key: 'state', title: 'STATE' },
  { key: 'row_count', title: 'ROWS', align: 'right', priority: 1 },
  { key: 'worker_name', title: 'WORKER', shrinkTo: 8, priority: 2 },
  { key: 'message', title: 'MESSAGE', shrinkTo: 12 },
];

/**
 * Waits until all jobs have ended: on a terminal with a table of them that is drawn anew, elsewhere with a line for each
 * that ends; then the table of all. Returns the exit code. @throws PgSnapManError cancelled on Ctrl-C; the jobs go on
 */
export async function showRestores(
  context: Context,
  catalog: Connection,
  jobs: readonly Pick<RestoreJob, 'id'>[],
): Promise<number> {
  const { around, options, output } = context;
  const ids = jobs.map(({ id }) => id);
  const view = new StandingsView(around.stderr, !options.quiet && !options.json);
  const signal = interruptSignal();
  for (;;) {
    const standings = await restoreStandings(catalog, ids);
    view.show(standings);
    if (standings.every(({ outcome }) => outcome !== null)) {
      view.clear();
      await output.list(standings, COLUMNS);
      return standings.every(({ outcome }) => isGood(outcome as Outcome)) ? 0 : EXIT_CODES.partly_failed;
    }
    if (signal.aborted) {
      view.clear();
      throw new PgSnapManError('cancelled', 'no longer waiting; the restores go on', 'pgsnapman restorelog list');
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
  }
}

/** A few lines at the bottom of a terminal; where there is none, a line for each restore that ends. */
class StandingsView {
  readonly #stream: OutputStream;
  readonly #enabled: boolean;
  readonly #told = new Set<number>();
  #lines = 0;

  constructor(stream: OutputStream, enabled: boolean) {
    this.#stream = stream;
    this.#enabled = enabled;
  }

  show(standings: readonly RestoreStanding[]): void {
    if (!this.#enabled) return;
    if (this.#stream.isTTY === true) this.#draw(standings);
    else this.#tell(standings);
  }

  #draw(standings: readonly RestoreStanding[]): void {
    this.clear();
    const width = (this.#stream.columns ?? 80) - 1;
    for (const standing of standings) this.#stream.write(`${truncate(standingText(standing), width)}\n`);
    this.#lines = standings.length;
  }

  clear(): void {
    if (this.#lines > 0) this.#stream.write(`\x1b[${this.#lines}A\x1b[J`);
    this.#lines = 0;
  }

  #tell(standings: readonly RestoreStanding[]): void {
    for (const standing of standings) {
      if (standing.outcome === null || this.#told.has(standing.restore_job_id)) continue;
      this.#told.add(standing.restore_job_id);
      this.#stream.write(`${standingText(standing)}\n`);
    }
  }
}

function standingText({ dbname, state, done_bytes: done, total_bytes: total }: RestoreStanding): string {
  const share = done === null || total === null || total === 0 ? '' : ` ${Math.floor((100 * done) / total)} %`;
  return plain(`${dbname}: ${state}${share}`);
}
