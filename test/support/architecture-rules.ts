import { posix } from 'node:path';
import { importCircles } from './import-circles.ts';
import type { SourceFacts } from './source-facts.ts';

interface RoomRule {
  /** Rooms that it may import. */
  rooms: readonly string[];
  /** Packages that it may import; a name ending in `*` is a beginning. */
  packages: readonly string[];
  /** Modules of Node; null: all. */
  nodeModules: readonly string[] | null;
}

/** Who may import whom. `main` is the file src/main.ts; `start` is what runs before the program is loaded. */
const ROOMS: Readonly<Record<string, RoomRule>> = {
  core: { rooms: ['core'], packages: ['zod', 'node-cron', 'smol-toml', 'string-width'], nodeModules: ['node:buffer'] },
  sql: { rooms: ['core', 'sql'], packages: ['pg', 'zod'], nodeModules: null },
  worker: {
    rooms: ['core', 'sql', 'worker'],
    packages: ['execa', 'node-cron', 'uuid', 'p-limit', 'zod'],
    nodeModules: null,
  },
  cli: { rooms: ['core', 'sql', 'worker', 'cli'], packages: ['commander', 'cronstrue'], nodeModules: null },
  tui: {
    rooms: ['core', 'sql', 'tui'],
    packages: ['ink', 'ink-*', '@inkjs/*', 'react', 'react/*', 'cronstrue'],
    nodeModules: null,
  },
  start: { rooms: ['start', 'main'], packages: [], nodeModules: null },
  main: { rooms: ['core', 'sql', 'worker', 'cli', 'tui', 'start', 'main'], packages: [], nodeModules: null },
};

/** Packages that one file alone may import. */
const ONLY_IN: Readonly<Record<string, string>> = { execa: 'src/worker/process/run-child.ts' };

/** Of some packages a room may use single names only: the rest of node-cron has a clock. */
const ONLY_NAMES: Readonly<Record<string, readonly string[]>> = { 'core node-cron': ['parse', 'validateDetailed'] };

/** What the room without a clock, a process and chance may use after all, by file. */
const ALLOWED_USES: Readonly<Record<string, readonly string[]>> = { 'src/core/version.ts': ['process.env'] };

/** Everything in these files that breaks a rule, as sentences; empty: all is well. */
export function findViolations(files: readonly SourceFacts[]): string[] {
  return [...files.flatMap(violationsOfFile), ...importCircles(files).map(circleText)];
}

function violationsOfFile(file: SourceFacts): string[] {
  const room = roomOf(file.path);
  const rule = ROOMS[room];
  if (rule === undefined) return [`${file.path} is in no room`];
  return [...forbiddenImports(file, room, rule), ...forbiddenUses(file, room)];
}

const circleText = (paths: readonly string[]): string => `${paths.join(', ')} import each other in a circle`;

function forbiddenImports(file: SourceFacts, room: string, rule: RoomRule): string[] {
  return file.imports.flatMap(({ from, names }) => {
    const problem = problemOf(file.path, from, names, room, rule);
    return problem === null ? [] : [`${file.path} imports ${from}: ${problem}`];
  });
}

function problemOf(path: string, from: string, names: string[] | null, room: string, rule: RoomRule): string | null {
  if (from.startsWith('.')) {
    const target = roomOf(posix.join(posix.dirname(path), from));
    return rule.rooms.includes(target) ? null : `${room} may not import ${target}`;
  }
  if (from === 'node:process') return 'the process is the global of that name';
  if (from.startsWith('node:')) {
    return rule.nodeModules === null || rule.nodeModules.includes(from) ? null : `${room} is pure`;
  }
  const known = rule.packages.some((name) => (name.endsWith('*') ? from.startsWith(name.slice(0, -1)) : from === name));
  if (!known) return `${room} may not use this package`;
  const onlyFile = ONLY_IN[from];
  if (onlyFile !== undefined && onlyFile !== path) return `only ${onlyFile} may`;
  const onlyNames = ONLY_NAMES[`${room} ${from}`];
  const tooMuch = onlyNames !== undefined && (names === null || names.some((name) => !onlyNames.includes(name)));
  return tooMuch ? `${room} may use only ${onlyNames.join(' and ')} of it` : null;
}

function forbiddenUses(file: SourceFacts, room: string): string[] {
  const forbidden = file.uses.filter((use) =>
    room === 'core' ? !ALLOWED_USES[file.path]?.includes(use) : use === 'process.exit' && room !== 'main',
  );
  return forbidden.map((use) => `${file.path} uses ${use}`);
}

function roomOf(path: string): string {
  if (path === 'src/main.ts') return 'main';
  return /^src\/([a-z]+)\//.exec(path)?.[1] ?? '(outside src)';
}
