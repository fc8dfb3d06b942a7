import type { TocEntry } from '../postgres/toc.ts';

/** Entries that a dump of the schema alone does not have, or that belong to the database and not to what is in it. */
const NOT_COMPARED =
  /^(TABLE DATA|SEQUENCE SET|MATERIALIZED VIEW DATA|BLOB.*|LARGE OBJECT.*|ENCODING|STDSTRINGS|SEARCHPATH|DATABASE.*|STATISTICS DATA)$/;
const ABOUT_OTHERS = /^(ACL|COMMENT|SECURITY LABEL)$/;

export interface CompareObjectsOptions {
  /** Compare definitions too: only what the same versions wrote is the same text. */
  definitions: boolean;
  owners: boolean;
}

const isCompared = ({ desc, tag }: TocEntry): boolean =>
  !NOT_COMPARED.test(desc) && !(ABOUT_OTHERS.test(desc) && /^(DATABASE|LARGE OBJECTS?) /.test(tag));

const keyOf = ({ desc, namespace, tag }: TocEntry): string => JSON.stringify([desc, namespace, tag]);

function nameOf({ desc, namespace, tag }: TocEntry): string {
  return `${desc.toLowerCase()} ${namespace === '' ? '' : `"${namespace}".`}"${tag}"`;
}

/**
 * Compares what was restored of an archive with a dump of the schema of the database that came out of it. Gives a
 * sentence for each difference.
 */
export function compareObjects(
  expected: readonly TocEntry[],
  found: readonly TocEntry[],
  { definitions, owners }: CompareObjectsOptions,
): { differences: string[]; objects: number } {
  const wanted = expected.filter(isCompared);
  const there = Map.groupBy(found.filter(isCompared), keyOf);
  const differences: string[] = [];
  for (const entry of wanted) {
    const candidates = there.get(keyOf(entry));
    const same = candidates?.findIndex(({ defn }) => defn === entry.defn) ?? -1;
    const [match] = candidates?.splice(Math.max(0, same), 1) ?? [];
    if (match === undefined) differences.push(`${nameOf(entry)} is missing`);
    else {
      if (owners && match.owner !== entry.owner) {
        differences.push(`${nameOf(entry)} belongs to "${match.owner}" instead of "${entry.owner}"`);
      }
      if (definitions && match.defn !== entry.defn) differences.push(`${nameOf(entry)} is defined otherwise`);
    }
  }
  for (const entry of [...there.values()].flat()) differences.push(`${nameOf(entry)} was not in the dump`);
  return { differences, objects: wanted.length };
}
