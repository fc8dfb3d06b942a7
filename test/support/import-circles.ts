import { posix } from 'node:path';
import type { SourceFacts } from './source-facts.ts';

/**
 * Files that import each other, perhaps by way of others; each circle once, its files in order. Every kind of import
 * counts: types too, as files that cannot be understood one before the other are in truth one file; and what is loaded
 * later, which is a matter of when.
 */
export function importCircles(files: readonly SourceFacts[]): string[][] {
  const imports = new Map(files.map((file) => [file.path, importedFiles(file)]));
  const reached = new Map([...imports.keys()].map((path) => [path, reachedFrom(path, imports)]));
  const reaches = (from: string, to: string): boolean => reached.get(from)?.has(to) === true;
  const circles = [...imports.keys()]
    .filter((path) => reaches(path, path))
    .map((path) => [...imports.keys()].filter((other) => reaches(path, other) && reaches(other, path)).sort());
  return circles.filter(([first], index) => circles.findIndex(([other]) => other === first) === index);
}

const importedFiles = ({ path, imports }: SourceFacts): string[] =>
  imports
    .map(({ from }) => from)
    .filter((from) => from.startsWith('.'))
    .map((from) => posix.join(posix.dirname(path), from));

function reachedFrom(path: string, imports: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const ahead = [...(imports.get(path) ?? [])];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    ahead.push(...(imports.get(next) ?? []));
  }
  return reached;
}
