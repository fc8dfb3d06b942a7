import type { TocEntry } from '../postgres/toc.ts';
import type { EntryChange } from './rewrite-toc.ts';
import { renameRolesInSql } from './roles-in-sql.ts';

/** How what an archive says about roles and tablespaces becomes what the target has. */
export interface ArchiveChanges {
  /** Roles that go by another name. */
  roles: ReadonlyMap<string, string>;
  /** Tablespace of the source to that of the target; empty: the database's default. */
  tablespaces: ReadonlyMap<string, string>;
}

/** What changes in an entry of the table of contents; null: nothing. */
export function changeEntry(entry: TocEntry, { roles, tablespaces }: ArchiveChanges): EntryChange | null {
  const change: EntryChange = {};
  const owner = roles.get(entry.owner);
  if (owner !== undefined) change.owner = owner;
  const tablespace = tablespaces.get(entry.tablespace);
  if (tablespace !== undefined) change.tablespace = tablespace;
  const defn = roles.size === 0 ? entry.defn : renameRolesInSql(entry.desc, entry.defn, roles);
  if (defn !== entry.defn) change.defn = defn;
  return Object.keys(change).length === 0 ? null : change;
}
