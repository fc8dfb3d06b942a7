import type {
  CatalogPulse,
  LastDay,
  RepositoryState,
  UncoveredDatabases,
  UnseenWorker,
  VerifiedDump,
} from '../../sql/catalog/overview.ts';
import type { ActivityListRow } from '../../sql/catalog/pages/activity-pages.ts';
import type { ScopeValue } from '../../sql/catalog/pages/page-query.ts';
import type { ListRow, ListState, RowId } from '../list/list-state.ts';
import type { ListScreenId } from '../screens/screen-ids.ts';
import type { JobForecast } from './forecast.ts';
import type { Layer } from './layers.ts';

export interface OverviewView {
  kind: 'overview';
  key: 'overview';
}

export interface ListView {
  kind: 'list';
  key: string;
  screen: ListScreenId;
  scope: Readonly<Record<string, ScopeValue>>;
  /** What the path calls the scope; null: the whole list. */
  name: string | null;
}

export interface DetailsView {
  kind: 'details';
  key: string;
  screen: ListScreenId;
  id: RowId;
  name: string;
}

export type View = OverviewView | ListView | DetailsView;

export interface DetailsState {
  row: ListRow | null;
  extra: unknown;
  scroll: number;
  wrap: boolean;
  wanted: boolean;
  /** The row is not in the catalog any more. */
  gone: boolean;
  error: string | null;
}

/** Parts of the overview that are read apart, because some take longer. */
export type OverviewPart = 'now' | 'day' | 'plan' | 'store';

export interface OverviewState {
  running: readonly (ActivityListRow & ListRow & { id: number })[] | null;
  day: LastDay | null;
  forecast: JobForecast | null;
  uncovered: UncoveredDatabases | null;
  repositories: readonly RepositoryState[] | null;
  unseen: readonly UnseenWorker[] | null;
  oldestVerified: VerifiedDump | null;
  wanted: ReadonlySet<OverviewPart>;
  /** Which of the lines that lead somewhere the cursor is on. */
  cursor: number;
  top: number;
  error: string | null;
}

interface ConnectionState {
  state: 'connecting' | 'connected' | 'lost';
  /** `catalog@db0`. */
  name: string;
  readOnly: boolean;
  /** Why it was lost. */
  message: string | null;
  /** It has not answered for a while. */
  slow: boolean;
}

export interface Flash {
  text: string;
  level: 'info' | 'warning' | 'error';
}

export interface AppState {
  size: { columns: number; rows: number };
  now: Date;
  zone: string;
  connection: ConnectionState;
  pulse: CatalogPulse | null;
  pulseWanted: boolean;
  /** The way to where we are; the last one is on the screen. */
  stack: readonly View[];
  /** Where we were before the last jump, for `-`. */
  previous: readonly View[] | null;
  lists: Readonly<Record<string, ListState>>;
  details: Readonly<Record<string, DetailsState>>;
  overview: OverviewState;
  layers: readonly Layer[];
  flash: Flash | null;
  pane: boolean;
  paneSide: 'right' | 'below';
  /** Row that the pane tells of; follows the cursor when it rests. */
  paneRow: RowId | null;
  frozen: boolean;
}

export const OVERVIEW: OverviewView = { kind: 'overview', key: 'overview' };

export function initialState(size: AppState['size'], now: Date, zone: string, readOnly: boolean): AppState {
  return {
    size,
    now,
    zone,
    connection: { state: 'connecting', name: 'catalog', readOnly, message: null, slow: false },
    pulse: null,
    pulseWanted: true,
    stack: [OVERVIEW],
    previous: null,
    lists: {},
    details: {},
    overview: {
      running: null,
      day: null,
      forecast: null,
      uncovered: null,
      repositories: null,
      unseen: null,
      oldestVerified: null,
      wanted: new Set(['now', 'day', 'plan', 'store']),
      cursor: 0,
      top: 0,
      error: null,
    },
    layers: [],
    flash: null,
    pane: true,
    paneSide: 'right',
    paneRow: null,
    frozen: false,
  };
}

export function currentView(state: AppState): View {
  return state.stack[state.stack.length - 1] ?? OVERVIEW;
}

export function currentList(state: AppState): ListState | null {
  const view = currentView(state);
  return view.kind === 'list' ? (state.lists[view.key] ?? null) : null;
}

export function topLayer(state: AppState): Layer | null {
  return state.layers[state.layers.length - 1] ?? null;
}
