import { errorText, PgSnapManError } from '../../core/errors.ts';
import type { Connection } from '../../sql/connection.ts';
import { flash } from '../state/changes.ts';
import type { Store } from '../state/store.ts';
import { clean } from '../text/clean.ts';
import { type CatalogLink, createCatalogLink } from './catalog-link.ts';
import { createPatience } from './patience.ts';
import { everythingIsStale, tablesChanged, timePassed } from './staleness.ts';
import { nextTask, type Task } from './tasks.ts';
import { createTimers } from './timers.ts';

export interface SessionOptions {
  store: Store;
  openCatalog(): Promise<Connection>;
  readOnly: boolean;
}

/** Keeps the state up to date with the catalog, and carries out what changes the catalog. */
export interface Session {
  /** Connects. @throws what `openCatalog` throws */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Does something with the catalog; what goes wrong is said on the screen. Resolves to false then. */
  act(work: (catalog: Connection) => Promise<void>): Promise<boolean>;
}

const POLL_MS = 5000;
const THOROUGH_EVERY = 12;
/** Changes come in bursts: one reading for all of them, and not more often than this. */
const GATHER_MS = 150;
const REFRESH_INTERVAL_MS = 1000;

export function createSession({ store, openCatalog, readOnly }: SessionOptions): Session {
  const timers = createTimers(store);
  const changed = new Set<string>();
  let gathering: NodeJS.Timeout | undefined;
  let refreshedAt = 0;
  let polling: NodeJS.Timeout | undefined;
  let polls = 0;
  let busy = false;
  let stopped = false;

  const link: CatalogLink = createCatalogLink(openCatalog, {
    opened(facts) {
      store.update((state) => {
        const again = state.connection.state === 'lost';
        const connection = {
          state: 'connected',
          name: clean(facts.name),
          readOnly: readOnly || facts.readOnly,
          message: null,
          slow: false,
        } as const;
        const fresh = everythingIsStale({ ...state, connection });
        return again ? flash(fresh, 'the catalog is back') : fresh;
      });
      pump();
    },
    lost(message) {
      const text = clean(message);
      store.update((state) =>
        state.connection.state === 'lost' && state.connection.message === text
          ? state
          : { ...state, connection: { ...state.connection, state: 'lost', message: text, slow: false } },
      );
    },
    changed(table) {
      changed.add(table);
      if (gathering !== undefined) return;
      const wait = Math.max(GATHER_MS, refreshedAt + REFRESH_INTERVAL_MS - Date.now());
      gathering = setTimeout(gathered, wait);
    },
  });

  const patience = createPatience({
    slow: (slow) => store.update((state) => ({ ...state, connection: { ...state.connection, slow } })),
    silent: () => link.giveUp('it does not answer'),
  });

  const gathered = (): void => {
    gathering = undefined;
    refreshedAt = Date.now();
    const tables = new Set(changed);
    changed.clear();
    store.update((state) => tablesChanged(state, tables));
  };

  const pump = (): void => {
    const catalog = link.current();
    if (busy || stopped || catalog === null) return;
    const task = nextTask(store.get());
    if (task === null) return;
    busy = true;
    void carryOut(task, catalog).finally(() => {
      busy = false;
      pump();
    });
  };

  const carryOut = async (task: Task, catalog: Connection): Promise<void> => {
    if (task.begin !== undefined) store.update(task.begin);
    try {
      store.update(await patience.watch(task.read(catalog), 'question'));
    } catch (error) {
      // A lost connection reads everything again when it is back.
      if (link.current() === catalog) store.update((state) => task.fail(state, sentence(error)));
    }
  };

  const unsubscribe = store.subscribe(pump);

  return {
    async start() {
      await link.open();
      // Left while the connection was being made.
      if (stopped) return;
      polling = setInterval(() => {
        polls++;
        store.update((state) => timePassed(state, polls % THOROUGH_EVERY === 0));
      }, POLL_MS);
    },
    async stop() {
      stopped = true;
      unsubscribe();
      clearInterval(polling);
      clearTimeout(gathering);
      timers.stop();
      patience.stop();
      await link.close();
    },
    async act(work) {
      const catalog = link.current();
      if (catalog === null) {
        store.update((state) => flash(state, 'the catalog is not reachable, so nothing can be changed now', 'error'));
        return false;
      }
      try {
        await patience.watch(work(catalog), 'work');
        return true;
      } catch (error) {
        store.update((state) => flash(state, sentence(error), 'error'));
        return false;
      }
    },
  };
}

/** What went wrong, with what to do about it, as one clean line. */
function sentence(error: unknown): string {
  const hint = error instanceof PgSnapManError && error.hint !== undefined ? `; ${error.hint}` : '';
  return clean(errorText(error) + hint);
}
