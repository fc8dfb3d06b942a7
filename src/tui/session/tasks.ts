import * as overview from '../../sql/catalog/overview.ts';
import { type ActivityListRow, activityPages } from '../../sql/catalog/pages/activity-pages.ts';
import { parseFilter } from '../../sql/catalog/pages/filter.ts';
import { countRows, fetchPage, fetchRow } from '../../sql/catalog/pages/page-query.ts';
import type { Connection } from '../../sql/connection.ts';
import { naturalWidths } from '../list/columns.ts';
import type { ListRow, ListState } from '../list/list-state.ts';
import { applyLoad, beginLoad, type Load, planLoad } from '../list/load.ts';
import { listScreen } from '../screens/screens.ts';
import {
  type AppState,
  currentView,
  type DetailsView,
  type OverviewPart,
  type OverviewState,
} from '../state/app-state.ts';
import { putDetails, putList } from '../state/changes.ts';
import { forecast } from '../state/forecast.ts';
import { createTheme } from '../theme/theme.ts';
import { layoutOf } from '../view/layout.ts';

/** Something to read from the catalog. Each step changes the state by a pure function. */
export interface Task {
  name: string;
  begin?(state: AppState): AppState;
  /** Reads, and gives the change. */
  read(catalog: Connection): Promise<(state: AppState) => AppState>;
  /** The catalog refused: say so where it belongs, and do not ask again by itself. */
  fail(state: AppState, message: string): AppState;
}

/** More rows than these are not counted, only said to be more. */
export const COUNT_LIMIT = 200_001;
const OVERVIEW_ROWS = 20;

/** The most urgent thing that the screen lacks; null: it has everything. */
export function nextTask(state: AppState): Task | null {
  const view = currentView(state);
  const list = view.kind === 'list' ? state.lists[view.key] : undefined;
  if (list !== undefined) {
    const load = planLoad(list, layoutOf(state).listHeight);
    if (load !== null) return pageTask(list, load);
  }
  if (view.kind === 'details' && state.details[view.key]?.wanted === true) return detailsTask(view);
  if (state.pulseWanted) return pulseTask();
  if (view.kind === 'overview') {
    const part = (['now', 'day', 'plan', 'store'] as const).find((each) => state.overview.wanted.has(each));
    if (part !== undefined) return overviewTask(part, state);
  }
  return list?.countWanted === true ? countTask(list) : null;
}

function pageTask(list: ListState, load: Load): Task {
  const { pages } = listScreen(list.screen);
  return {
    name: `${list.key} ${load.wanted}`,
    begin: (state) => changeKept(state, list.key, beginLoad),
    async read(catalog) {
      const { direction, cursor, inclusive, limit } = load;
      const filter = parseFilter(list.filter);
      const { scope, sort, reversed } = list;
      const rows = await fetchPage<ListRow>(catalog, pages, {
        scope,
        filter,
        sort,
        reversed,
        direction,
        cursor,
        inclusive,
        limit,
      });
      return (state) =>
        changeKept(state, list.key, (now) =>
          measured(applyLoad(now, load, rows, layoutOf(state).listHeight), rows, state),
        );
    },
    fail: (state, message) =>
      changeKept(state, list.key, (now) =>
        now.generation === load.generation ? { ...now, wanted: null, loaded: true, error: message } : now,
      ),
  };
}

/** Widths do not depend on the looks. */
const PLAIN = createTheme({ color: false, ascii: true });

function measured(list: ListState, rows: readonly ListRow[], { now, zone }: AppState): ListState {
  const { columns } = listScreen(list.screen);
  const natural = naturalWidths(columns, rows, { theme: PLAIN, now, zone }, list.natural);
  return natural === list.natural ? list : { ...list, natural };
}

function changeKept(state: AppState, key: string, change: (list: ListState) => ListState): AppState {
  const list = state.lists[key];
  return list === undefined ? state : putList(state, change(list));
}

function countTask(list: ListState): Task {
  const { pages } = listScreen(list.screen);
  return {
    name: `${list.key} count`,
    begin: (state) => changeKept(state, list.key, (now) => ({ ...now, countWanted: false })),
    async read(catalog) {
      const { scope } = list;
      const filter = parseFilter(list.filter);
      const total = await countRows(catalog, pages, { scope }, COUNT_LIMIT);
      const matching = filter.length === 0 ? total : await countRows(catalog, pages, { scope, filter }, COUNT_LIMIT);
      return (state) =>
        changeKept(state, list.key, (now) => (now.filter === list.filter ? { ...now, total, matching } : now));
    },
    fail: (state) => changeKept(state, list.key, (now) => ({ ...now, matching: null })),
  };
}

function detailsTask(view: DetailsView): Task {
  const { pages, fetchExtra } = listScreen(view.screen);
  return {
    name: view.key,
    begin: (state) => putDetails(state, view.key, { wanted: false }),
    async read(catalog) {
      const row = await fetchRow<ListRow>(catalog, pages, view.id);
      if (row === undefined) return (state) => putDetails(state, view.key, { gone: true, error: null });
      const extra = (await fetchExtra?.(catalog, row)) ?? null;
      return (state) => putDetails(state, view.key, { row, extra, gone: false, error: null });
    },
    fail: (state, message) => putDetails(state, view.key, { error: message }),
  };
}

function pulseTask(): Task {
  return {
    name: 'pulse',
    begin: (state) => ({ ...state, pulseWanted: false }),
    async read(catalog) {
      const pulse = await overview.fetchPulse(catalog);
      return (state) => ({ ...state, pulse });
    },
    fail: (state) => state,
  };
}

function overviewTask(part: OverviewPart, asked: AppState): Task {
  return {
    name: `overview ${part}`,
    begin: (state) => {
      const wanted = new Set([...state.overview.wanted].filter((each) => each !== part));
      return { ...state, overview: { ...state.overview, wanted } };
    },
    async read(catalog) {
      const found = await readOverview(catalog, part, asked);
      return (state) => ({ ...state, overview: { ...state.overview, ...found, error: null } });
    },
    fail: (state, message) => ({ ...state, overview: { ...state.overview, error: message } }),
  };
}

async function readOverview(catalog: Connection, part: OverviewPart, asked: AppState): Promise<Partial<OverviewState>> {
  switch (part) {
    case 'now': {
      const request = { sort: 'started', direction: 'after', cursor: null, limit: OVERVIEW_ROWS } as const;
      const running = await fetchPage<ActivityListRow & { id: number }>(catalog, activityPages, request);
      return { running, unseen: await overview.fetchUnseenWorkers(catalog) };
    }
    case 'day':
      return { day: await overview.fetchLastDay(catalog, OVERVIEW_ROWS) };
    case 'plan': {
      const jobs = await overview.fetchScheduledJobs(catalog);
      const uncovered = await overview.fetchUncovered(catalog, OVERVIEW_ROWS);
      return { forecast: await forecast(jobs, asked.now, asked.zone, OVERVIEW_ROWS, rest), uncovered };
    }
    case 'store':
      return {
        repositories: await overview.fetchRepositories(catalog),
        oldestVerified: await overview.fetchOldestVerified(catalog),
      };
  }
}

const rest = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
