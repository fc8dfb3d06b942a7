import type { TocEntry } from '../../postgres/toc.ts';

/** Kinds of entries that are objects of their own, which people may choose or which others may need. */
const ABOUT_OTHERS = new Set(['COMMENT', 'ACL', 'SECURITY LABEL']);
/** Kinds whose tag is `table name`, and whose first purpose is that table. */
const OF_TABLE = new Set([
  'CHECK CONSTRAINT',
  'CONSTRAINT',
  'DEFAULT',
  'FK CONSTRAINT',
  'POLICY',
  'ROW SECURITY',
  'RULE',
  'TRIGGER',
]);
const FOLLOWS_ALL = new Set(['INDEX ATTACH', 'TABLE ATTACH']);
const FOLLOWS_ANY = new Set(['INDEX', 'MATERIALIZED VIEW DATA', 'SEQUENCE SET', 'STATISTICS', 'TABLE DATA']);
/** Kinds that are of the whole database: no name of a schema or a table chooses them. */
const NEVER_CHOSEN = /^(PUBLICATION|SUBSCRIPTION|EVENT TRIGGER|BLOB|DATABASE|ENCODING|STDSTRINGS|SEARCHPATH)/;
const RELATIONS = new Set(['TABLE', 'VIEW', 'MATERIALIZED VIEW', 'FOREIGN TABLE', 'SEQUENCE']);

export const isRelation = ({ desc }: Pick<TocEntry, 'desc'>): boolean => RELATIONS.has(desc);
export const isNeverChosen = ({ desc }: Pick<TocEntry, 'desc'>): boolean => NEVER_CHOSEN.test(desc);
export const isAboutOthers = ({ desc }: TocEntry): boolean => ABOUT_OTHERS.has(desc);

/**
 * Whether an entry is part of what is chosen: a trigger of its table, the data of its table, a comment on either. A
 * foreign key is part of the table that has it, not of the one that it refers to.
 * @param all by dump id
 */
export function belongsTo(entry: TocEntry, chosen: ReadonlySet<number>, all: ReadonlyMap<number, TocEntry>): boolean {
  const { desc, tag, namespace, dependencies } = entry;
  if (ABOUT_OTHERS.has(desc) || FOLLOWS_ANY.has(desc)) return dependencies.some((id) => chosen.has(id));
  if (FOLLOWS_ALL.has(desc)) {
    return dependencies.length > 0 && dependencies.every((id) => chosen.has(id) || !all.has(id));
  }
  if (!OF_TABLE.has(desc)) return false;
  return dependencies.some((id) => {
    const table = all.get(id);
    if (table === undefined || !chosen.has(id) || !isRelation(table) || table.namespace !== namespace) return false;
    return tag === table.tag || tag.startsWith(`${table.tag} `);
  });
}

/** Sequences that exist for a column of a chosen table: of `serial` and of `generated as identity`. */
export function isSequenceOf(entry: TocEntry, owned: ReadonlySet<number>, chosen: ReadonlySet<number>): boolean {
  if (entry.desc !== 'SEQUENCE' || !entry.dependencies.some((id) => chosen.has(id))) return false;
  return owned.has(entry.dumpId) || /^ALTER (FOREIGN )?TABLE /.test(entry.defn);
}
