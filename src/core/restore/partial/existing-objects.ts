/** A foreign key of a database. */
export interface ForeignKey {
  name: string;
  schema: string;
  table: string;
  columns: string[];
  ref_schema: string;
  ref_table: string;
  ref_columns: string[];
}

/** What a database that is restored into has, as far as a partial restore must know. */
export interface ExistingObjects {
  schemas: string[];
  /** Tables, views, sequences, …: kind as in pg_class.relkind. */
  relations: { schema: string; name: string; kind: string }[];
  /** Everything that others may need, by class as in objectKey; schema is empty for what is in none. */
  objects: { kind: string; schema: string; name: string }[];
  foreign_keys: ForeignKey[];
  /** Of the tables that were asked for: those that hold rows. */
  filled: { schema: string; name: string }[];
  /** Outside of what is to be replaced, and depending on it, as the server describes it. */
  dependents: string[];
  /** Triggers that fire even with session_replication_role = replica, as `"schema"."table"`. */
  always_triggers: string[];
}
