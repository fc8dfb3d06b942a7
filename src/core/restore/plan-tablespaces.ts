import type { DatabaseFacts } from '../facts/database-facts.ts';
import type { Instance, RestoreJob } from '../model/configuration.ts';
import type { TocEntry } from '../postgres/toc.ts';
import type { Refusal } from './refusal.ts';
import type { TargetFacts } from './target-facts.ts';

export interface TablespacePlan {
  /** False: everything goes to the target's default, whatever the archive says. */
  used: boolean;
  /** Of the database; null: the target's default. */
  database: string | null;
  /** Names that differ: tablespace of the source to that of the target, empty for the database's own. */
  renamed: Map<string, string>;
  /** Those that are used, and where on the target; empty if none are. */
  wanted: { name: string; target: string }[];
  refusals: Refusal[];
  notes: string[];
}

const DEFAULT = 'pg_default';

/**
 * Where things are stored on the target. With `use` a tablespace is the one of the same name, unless the map says
 * another one; without it only what the map names is followed, and all else goes to the default.
 */
export function planTablespaces(
  job: Pick<RestoreJob, 'tablespace_handling' | 'tablespace_map'>,
  destination: Pick<Instance, 'name'>,
  facts: Pick<DatabaseFacts, 'database'>,
  entries: readonly TocEntry[],
  target: Pick<TargetFacts, 'tablespaces'>,
): TablespacePlan {
  const map = new Map(Object.entries(job.tablespace_map));
  const use = job.tablespace_handling === 'use';
  const targetName = (name: string): string => map.get(name) ?? (use ? name : '');
  const ofDatabase = facts.database.tablespace;
  const names = new Set([ofDatabase, ...entries.map(({ tablespace }) => tablespace)]);
  names.delete('');
  if (!map.has(DEFAULT)) names.delete(DEFAULT);
  const used = use || map.size > 0;
  const missing = [...names].map(targetName).filter((name) => name !== '' && !target.tablespaces.includes(name));
  const database = targetName(ofDatabase);
  return {
    used,
    database: !used || database === '' || database === DEFAULT ? null : database,
    renamed: new Map([...names].map((name) => [name, targetName(name)] as const).filter(([from, to]) => from !== to)),
    wanted: [...names].map((name) => ({ name, target: targetName(name) })).filter(({ target }) => target !== ''),
    refusals: missing.length === 0 ? [] : [refusal(missing, destination)],
    notes: used || names.size === 0 ? [] : [`tablespaces of the source are not used: ${list(names)}`],
  };
}

const list = (names: Iterable<string>): string => [...new Set(names)].map((name) => `"${name}"`).join(', ');

function refusal(missing: readonly string[], { name }: Pick<Instance, 'name'>): Refusal {
  return {
    sentence: `tablespaces do not exist on ${name}: ${list(missing)}`,
    hint: 'create them, name others in the tablespace map, or restore without tablespaces',
  };
}
