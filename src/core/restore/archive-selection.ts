import type { TocEntry } from '../postgres/toc.ts';
import { rolesInSql } from './roles-in-sql.ts';

export interface SelectionOptions {
  /** False: a copy to elsewhere, which must not take part in the replication of its source. */
  sameInstance: boolean;
  /** What of the replication comes along all the same. */
  keep: readonly ('publications' | 'subscriptions')[];
  /** True: roles are not used; what cannot be without one is left out. */
  withoutRoles: boolean;
  /** Roles of the target, and those that the restore creates. */
  roleExists(name: string): boolean;
  /** The role of the target that stands for one of the source. */
  targetName(source: string): string;
}

export interface Selection {
  /** Dump ids of what is restored, in the order of the archive. */
  dumpIds: number[];
  entries: TocEntry[];
  warnings: string[];
}

/** Entries that pg_restore handles by itself, whatever the list says. */
const SPECIAL = new Set(['ENCODING', 'STDSTRINGS', 'SEARCHPATH']);
const REPLICATION = /^(PUBLICATION|SUBSCRIPTION)( .*)?$/;
const KEPT = { PUBLICATION: 'publications', SUBSCRIPTION: 'subscriptions' } as const;
/** Entries that only say something about another one. */
const ATTACHED = new Set(['COMMENT', 'ACL', 'SECURITY LABEL']);

type Reason = 'database' | 'replication' | 'foreign data' | 'role';

/**
 * Chooses what of an archive is restored into a database of its own. The database's own entries are not: they name the
 * source, and the target is made from the facts.
 */
export function selectEntries(all: readonly TocEntry[], options: SelectionOptions): Selection {
  const foreignTables = new Set(all.filter(({ desc }) => desc === 'FOREIGN TABLE').map(({ dumpId }) => dumpId));
  const leftOut = new Map<TocEntry, Reason>();
  const leftOutIds = new Set<number>();
  for (const entry of all) {
    const reason = reasonToLeaveOut(entry, foreignTables, options);
    const follows = ATTACHED.has(entry.desc) && entry.dependencies.some((id) => leftOutIds.has(id));
    if (reason === null && !follows) continue;
    leftOut.set(entry, reason ?? 'database');
    leftOutIds.add(entry.dumpId);
  }
  const entries = all.filter((entry) => !leftOut.has(entry) && !SPECIAL.has(entry.desc));
  return { dumpIds: entries.map(({ dumpId }) => dumpId), entries, warnings: leftOutWarnings(leftOut) };
}

function reasonToLeaveOut(
  entry: TocEntry,
  foreignTables: ReadonlySet<number>,
  options: SelectionOptions,
): Reason | null {
  const { desc, tag, namespace, dependencies, defn } = entry;
  if (desc === 'DATABASE' || desc === 'DATABASE PROPERTIES') return 'database';
  if (ATTACHED.has(desc) && namespace === '' && tag.startsWith('DATABASE ')) return 'database';
  const replication = REPLICATION.exec(desc)?.[1] as keyof typeof KEPT | undefined;
  if (!options.sameInstance && replication !== undefined && !options.keep.includes(KEPT[replication])) {
    return 'replication';
  }
  // copying it in would write to the foreign server, which has these rows already
  if (desc === 'TABLE DATA' && dependencies.some((id) => foreignTables.has(id))) return 'foreign data';
  if (options.withoutRoles && (desc === 'POLICY' || desc === 'USER MAPPING')) {
    const missing = rolesInSql(desc, defn).some((role) => !options.roleExists(options.targetName(role)));
    if (missing) return 'role';
  }
  return null;
}

const name = ({ namespace, tag }: TocEntry): string => (namespace === '' ? `"${tag}"` : `"${namespace}"."${tag}"`);

function leftOutWarnings(leftOut: ReadonlyMap<TocEntry, Reason>): string[] {
  const names = (reason: Reason, desc?: string) =>
    [...leftOut]
      .filter(([entry, why]) => why === reason && (desc === undefined || entry.desc === desc))
      .map(([entry]) => name(entry))
      .join(', ');
  const sentences: [string, string][] = [
    ['subscriptions are left out, as the target is another instance', names('replication', 'SUBSCRIPTION')],
    ['publications are left out, as the target is another instance', names('replication', 'PUBLICATION')],
    ['rows of foreign tables are left out, as they would be written to the foreign server', names('foreign data')],
    ['policies are left out, as they are for roles that do not exist on the target', names('role', 'POLICY')],
    ['user mappings are left out, as their roles do not exist on the target', names('role', 'USER MAPPING')],
  ];
  return sentences.filter(([, list]) => list !== '').map(([sentence, list]) => `${sentence}: ${list}`);
}

/** What comes along and could act on others than the copy; worth a look whenever the target is another instance. */
export function reachingOut(entries: readonly TocEntry[], sameInstance: boolean): string[] {
  const names = (desc: string) =>
    entries
      .filter((entry) => entry.desc === desc)
      .map(name)
      .join(', ');
  const subscriptions: [string, string] = ['subscriptions are restored, but not enabled', names('SUBSCRIPTION')];
  const sentences: [string, string][] = sameInstance
    ? [subscriptions]
    : [
        subscriptions,
        ['publications are restored', names('PUBLICATION')],
        ['event triggers are restored and act on the target from now on', names('EVENT TRIGGER')],
        ['foreign servers are restored and point where those of the source point', names('SERVER')],
        ['user mappings are restored with the credentials of the source', names('USER MAPPING')],
      ];
  return sentences.filter(([, list]) => list !== '').map(([sentence, list]) => `${sentence}: ${list}`);
}

/** The list for `pg_restore --use-list`: a line per entry, of which pg_restore reads the number only. */
export function listFile(dumpIds: readonly number[]): string {
  return `${dumpIds.map((id) => `${id};`).join('\n')}\n`;
}
