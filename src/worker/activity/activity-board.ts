import type { Activity, Progress } from '../../core/model/activity.ts';
import type { Connection } from '../../sql/connection.ts';

/** A run tells the board how far it is, as often as it likes. */
interface ActivityEntry {
  progress(progress: Progress): void;
  /** The run is over; its row goes. */
  end(): void;
}

/**
 * What runs now, shown in the catalog through a connection of its own: one write per run every two
 * seconds, which is the sign of life too. All of it as well as can be done: no run ever waits for it or fails because of it.
 */
export interface ActivityBoard {
  /** `onCancel` is called when a manager asked to cancel the run. */
  begin(activity: Activity, onCancel: () => void): ActivityEntry;
  /** Writes what is still to be written, for a short time at most, and hangs up. */
  close(): Promise<void>;
}

interface Shown {
  activity: Activity;
  onCancel: () => void;
  written: boolean;
}

const INTERVAL_MS = 2_000;
const RETRY_MS = 30_000;
const CLOSE_MS = 3_000;

export function createActivityBoard(connect: () => Promise<Connection>): ActivityBoard {
  const running = new Map<string, Shown>();
  const ended = new Set<string>();
  let connection: Connection | null = null;
  let retryAt = 0;
  let timer: NodeJS.Timeout | null = null;
  let work: Promise<void> = Promise.resolve();

  const reach = async (): Promise<Connection | null> => {
    if (connection !== null || performance.now() < retryAt) return connection;
    try {
      connection = await connect();
    } catch {
      retryAt = performance.now() + RETRY_MS;
    }
    return connection;
  };

  const write = async (): Promise<void> => {
    if (running.size === 0 && ended.size === 0) return;
    const catalog = await reach();
    if (catalog === null) return;
    try {
      await writeEnded(catalog, ended);
      await writeRunning(catalog, running.values());
    } catch {
      await catalog.close();
      connection = null;
      retryAt = performance.now() + RETRY_MS;
    }
  };

  const schedule = (): void => {
    work = work.then(write);
  };

  return {
    begin(activity, onCancel) {
      const shown: Shown = { activity, onCancel, written: false };
      running.set(activity.uuid, shown);
      timer ??= setInterval(schedule, INTERVAL_MS);
      schedule();
      return {
        progress(progress) {
          shown.activity = { ...activity, ...progress };
        },
        end() {
          running.delete(activity.uuid);
          // One that never got as far as the catalog needs no removal.
          if (shown.written) ended.add(activity.uuid);
          if (running.size === 0 && timer !== null) clearInterval(timer);
          if (running.size === 0) timer = null;
          schedule();
        },
      };
    },
    async close() {
      if (timer !== null) clearInterval(timer);
      let late: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        late = setTimeout(resolve, CLOSE_MS);
      });
      await Promise.race([work, patience]);
      clearTimeout(late);
      await connection?.close();
    },
  };
}

async function writeRunning(catalog: Connection, running: Iterable<Shown>): Promise<void> {
  const { upsertActivity } = await import('../../sql/catalog/activities.ts');
  for (const shown of [...running]) {
    shown.written = true;
    const { cancel_requested } = await upsertActivity(catalog, shown.activity);
    if (cancel_requested) shown.onCancel();
  }
}

async function writeEnded(catalog: Connection, ended: Set<string>): Promise<void> {
  const { removeActivity } = await import('../../sql/catalog/activities.ts');
  for (const uuid of ended) {
    await removeActivity(catalog, uuid);
    ended.delete(uuid);
  }
}
