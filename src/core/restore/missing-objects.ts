import type { ExpectedObject } from './expected-objects.ts';
import type { FoundObject } from './objects-sql.ts';

const keyOf = (kind: string, schema: string, text: string): string => JSON.stringify([kind, schema, text]);

/**
 * The objects that are certainly missing. Tags are not names: `a b c` is the constraint `c` of the table `a b` or `b c`
 * of `a`; so what is found is given a tag too, and each of it stands for one that is expected. Versions of pg_dump write
 * some tags otherwise; what could be one of them is taken for there.
 */
export function missingObjects(expected: readonly ExpectedObject[], found: readonly FoundObject[]): ExpectedObject[] {
  const byTag = Map.groupBy(found, ({ kind, schema, tag }) => keyOf(kind, schema, tag));
  const unmatched = expected.filter(
    (object) => byTag.get(keyOf(object.kind, schemaOf(object), tagOf(object)))?.pop() === undefined,
  );
  if (unmatched.length === 0) return [];
  const isOtherwise = isFoundByName(found);
  const isLeft = isRoutineLeft([...byTag.values()].flat());
  return unmatched.filter((object) => !(object.kind === 'routine' ? isLeft(object) : isOtherwise(object)));
}

/** Old versions write the name alone where newer ones write that of the table before it. */
function isFoundByName(found: readonly FoundObject[]): (object: ExpectedObject) => boolean {
  const names = new Set(
    found.filter(({ tag, name }) => tag !== name).map(({ kind, schema, name }) => keyOf(kind, schema, name)),
  );
  return (object) => names.has(keyOf(object.kind, schemaOf(object), object.tag));
}

/**
 * Types of arguments may be written otherwise; so as many routines of a name must be left over as are expected.
 * @param left those whose tags nobody expected
 */
function isRoutineLeft(left: readonly FoundObject[]): (object: ExpectedObject) => boolean {
  const counts = new Map<string, number>();
  const names = new Set<string>();
  for (const { kind, schema, name } of left) {
    const key = keyOf(kind, schema, name);
    names.add(key);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return (object) => {
    const [key, ...others] = keysByName(object);
    if (key === undefined || others.length > 0)
      return [key, ...others].some((one) => one !== undefined && names.has(one));
    const count = counts.get(key) ?? 0;
    counts.set(key, count - 1);
    return count > 0;
  };
}

const WITHOUT_SCHEMA = new Set<FoundObject['kind']>([
  'schema',
  'extension',
  'event trigger',
  'foreign data wrapper',
  'server',
  'publication',
  'subscription',
]);

const schemaOf = ({ kind, namespace }: ExpectedObject): string => (WITHOUT_SCHEMA.has(kind) ? '' : namespace);

/** An aggregate without arguments is `count(*)`. */
const tagOf = ({ kind, tag }: ExpectedObject): string => (kind === 'routine' ? tag.replace(/\(\*\)$/, '()') : tag);

/** By the names that a routine may have: its tag has them before one of its parentheses. */
function keysByName(object: ExpectedObject): string[] {
  const ends = [...object.tag.matchAll(/\(/g)].map(({ index }) => index);
  return ends.map((end) => keyOf(object.kind, schemaOf(object), object.tag.slice(0, end)));
}
