import type { ListDefinition, ScopeValue } from '../../sql/catalog/pages/page-query.ts';
import type { Connection } from '../../sql/connection.ts';
import type { CellContext, Column } from '../list/columns.ts';
import type { ListRow } from '../list/list-state.ts';
import type { Style } from '../theme/theme.ts';
import type { ListScreenId } from './screen-ids.ts';

/** A line of the details: a label and what it says; without a label a line of its own, long ones are broken. */
export interface Detail {
  label?: string;
  text: string;
  style?: Style;
  /** Logs: broken only if asked for. */
  verbatim?: boolean;
}

/** Another list that has to do with a row, for example the dumps of a job. */
export interface Link {
  title: string;
  screen: ListScreenId;
  scope: Readonly<Record<string, ScopeValue>>;
  /** What the path on the screen calls it. */
  name: string;
}

/** All that a list screen is; everything else is the same for all of them. */
export interface ListScreen<Row extends ListRow = ListRow> {
  id: ListScreenId;
  title: string;
  /** What the rows are, for sentences: `dump job`. */
  noun: string;
  pages: ListDefinition;
  /** Tables whose changes it shows, as the catalog names them in notifications. */
  tables: readonly string[];
  /** Order at the start; names of the orders are those of `pages`. */
  sort: string;
  /** What the orders are called. */
  sorts: Readonly<Record<string, string>>;
  columns: readonly Column<Row>[];
  /** Said when there is nothing to list. */
  empty: string;
  /** A name for a row: `dump 12 of shop`. */
  name(row: Row): string;
  details(row: Row, extra: unknown, context: CellContext): readonly Detail[];
  /** What details need beyond the row. */
  fetchExtra?(catalog: Connection, row: Row): Promise<unknown>;
  links?(row: Row): readonly Link[];
  /** What `y` copies. */
  copyText(row: Row): string;
}

/** The screen without its row type, for code that handles all of them alike. */
export function screen<Row extends ListRow>(definition: ListScreen<Row>): ListScreen {
  // A screen is only ever given rows of its own list.
  return definition as unknown as ListScreen;
}
