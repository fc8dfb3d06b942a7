import type { Activity, Progress } from '../../core/model/activity.ts';
import type { WantedPlace } from '../../sql/catalog/instance-places.ts';
import type { Connection } from '../../sql/connection.ts';

/** A run tells the board how far it is, as often as it likes. */
interface ActivityEntry {
  progress(progress: Progress): void;
  /** The run is over; its row goes. */
  end(): void;
}

/** A place on an instance, taken for a run. */
interface Reservation {
  /** The run is over, or did not begin at all. */
  giveBack(): void;
}

/**
 * What runs now, shown in the catalog through a connection of its own: one write per run every two
 * seconds, which is the sign of life too. All of it as well as can be done: no run ever fails because of it, and none waits
 * for it but for its place on the instance, a short time at most.
 */
export interface ActivityBoard {
  /**
   * Shows a run before it begins, which takes a place on its instance; null: other workers use all that is left there.
   * With the catalog away nobody is asked, and the run may begin.
   */
  reserve(activity: Activity, wanted: WantedPlace): Promise<Reservation | null>;
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
const RESERVE_MS = 5_000;

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

  /** Undefined: the catalog is away, or went away. */
  const withCatalog = async <T>(ask: (catalog: Connection) => Promise<T>): Promise<T | undefined> => {
    const catalog = await reach();
    if (catalog === null) return undefined;
    try {
      return await ask(catalog);
    } catch {
      await catalog.close();
      connection = null;
      retryAt = performance.now() + RETRY_MS;
      return undefined;
    }
  };

  const write = async (): Promise<void> => {
    if (running.size === 0 && ended.size === 0) return;
    await withCatalog(async (catalog) => {
      await writeEnded(catalog, ended);
      await writeRunning(catalog, running.values());
    });
  };

  const schedule = (): void => {
    work = work.then(write);
  };

  const show = (shown: Shown): void => {
    running.set(shown.activity.uuid, shown);
    timer ??= setInterval(schedule, INTERVAL_MS);
  };

  const hide = (uuid: string): void => {
    const shown = running.get(uuid);
    if (shown === undefined) return;
    running.delete(uuid);
    // One that never got as far as the catalog needs no removal.
    if (shown.written) ended.add(uuid);
    if (running.size === 0 && timer !== null) clearInterval(timer);
    if (running.size === 0) timer = null;
    schedule();
  };

  return {
    async reserve(activity, wanted) {
      const asked = work.then(() => withCatalog((catalog) => askForPlace(catalog, activity, wanted)));
      work = asked.then(() => undefined);
      const taken = await withinTime(asked, RESERVE_MS);
      if (taken === false) return null;
      show({ activity, onCancel: () => undefined, written: true });
      return { giveBack: () => hide(activity.uuid) };
    },
    begin(activity, onCancel) {
      const shown: Shown = { activity, onCancel, written: running.get(activity.uuid)?.written ?? false };
      show(shown);
      schedule();
      return {
        progress(progress) {
          shown.activity = { ...activity, ...progress };
        },
        end: () => hide(activity.uuid),
      };
    },
    async close() {
      if (timer !== null) clearInterval(timer);
      await withinTime(work, CLOSE_MS);
      await connection?.close();
    },
  };
}

async function withinTime<T>(work: Promise<T>, patienceMs: number): Promise<T | undefined> {
  let late: NodeJS.Timeout | undefined;
  const patience = new Promise<undefined>((resolve) => {
    late = setTimeout(() => resolve(undefined), patienceMs);
  });
  try {
    return await Promise.race([work, patience]);
  } finally {
    clearTimeout(late);
  }
}

async function askForPlace(catalog: Connection, activity: Activity, wanted: WantedPlace): Promise<boolean> {
  const { takePlace } = await import('../../sql/catalog/instance-places.ts');
  return takePlace(catalog, activity, wanted);
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
