import type { Connection } from '../sql/connection.ts';

/** What the full-screen manager is opened with. */
export interface TuiOptions {
  /** Opens a connection to the catalog; called again whenever it is lost. */
  openCatalog(): Promise<Connection>;
  /** False: no colours (NO_COLOR, --no-color). */
  color: boolean;
  /** True: no characters beyond ASCII of our own. */
  ascii: boolean;
  /** True: nothing can be changed from here. */
  readOnly?: boolean;
}
