/** Lines of a schema dump that say how it was made, not what is in it. */
const NOT_CONTENT = /^(\\(un)?restrict \S+|-- Dumped (from database|by pg_dump) version .*)$/;

const NAME = '(?:"(?:[^"]|"")+"|[a-z_0-9$]+)';
/** pg_dump lists the roles of a policy in the order in which the server keeps its roles. */
const POLICY_ROLES = new RegExp(`^(CREATE POLICY .*? TO )(${NAME}(?:, ${NAME})+)( USING | WITH CHECK |;)`);

function withSortedRoles(line: string): string {
  return line.replace(POLICY_ROLES, (_, head: string, roles: string, tail: string) => {
    const names = roles.match(new RegExp(NAME, 'g')) ?? [];
    return `${head}${names.sort().join(', ')}${tail}`;
  });
}

/** The lines of a schema dump that must be equal in both databases. */
export function schemaLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !NOT_CONTENT.test(line))
    .map(withSortedRoles);
}

/** What is only in the one and only in the other; the order of lines is looked at when they are otherwise the same. */
export function schemaDifferences(source: readonly string[], target: readonly string[]): string[] {
  const [missing, added] = [without(source, target), without(target, source)];
  const said = [
    ...missing.filter(saysSomething).map((line) => `schema: only in the source: ${line}`),
    ...added.filter(saysSomething).map((line) => `schema: only in the target: ${line}`),
  ];
  if (said.length > 0) return said;
  const at = source.findIndex((line, index) => line !== target[index]);
  return at < 0 ? [] : [`schema: the order differs from line ${at + 1}: ${source[at]} / ${target[at]}`];
}

/** Lines around comments differ where other lines do, and tell nothing. */
const saysSomething = (line: string): boolean => line !== '' && line !== '--';

function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}
