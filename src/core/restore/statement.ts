/** A piece of SQL of a plan: run as it stands, or shown to people through `about`. */
export interface Statement {
  /** One or several statements; may hold a password hash, so it is never logged. */
  sql: string;
  /** What it does, without values that are secret, such as `create role "app"`. */
  about: string;
  /**
   * True: the restore fails when it fails. False: its failure is a loss that the outcome names, such as a setting that
   * the target's version does not know.
   */
  essential: boolean;
}
