import { parseSync } from 'oxc-parser';

export interface SourceFile {
  /** Relative to the project, with slashes: `src/core/errors.ts`. */
  path: string;
  text: string;
}

/** What the architecture rules look at, read out of a file's syntax tree. */
export interface SourceFacts {
  path: string;
  /** Everything that is imported in any way: static, type only, re-exported, dynamic, `require`; names null: not single ones. */
  imports: { from: string; names: string[] | null }[];
  /** Uses of what a pure room must not touch, and of process.exit: `process.exit`, `Date.now`, `new Date()`, … */
  uses: string[];
}

type Node = Record<string, unknown> & { type: string };

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'type') === 'string';

/** @throws if the file is no valid TypeScript: rules that could not be checked must not pass */
export function readSource(file: SourceFile): SourceFacts {
  const { program, errors } = parseSync(file.path, file.text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${file.path}: ${error.message}`);
  const facts: SourceFacts = { path: file.path, imports: [], uses: [] };
  walk(program as unknown, facts);
  return facts;
}

function walk(value: unknown, facts: SourceFacts): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, facts);
  } else if (isNode(value)) {
    collectImport(value, facts);
    collectUse(value, facts);
    for (const child of Object.values(value)) if (typeof child === 'object') walk(child, facts);
  }
}

function collectImport(node: Node, facts: SourceFacts): void {
  const add = (source: unknown, names: string[] | null): void => {
    if (source === null || source === undefined) return;
    const from = isNode(source) && typeof source.value === 'string' ? source.value : '(not a literal)';
    facts.imports.push({ from, names });
  };
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
      add(node.source, importedNames(node.specifiers));
      break;
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      add(node.source, null);
      break;
    case 'CallExpression':
      if (isNode(node.callee) && node.callee.name === 'require') add((node.arguments as unknown[])[0], null);
  }
}

function importedNames(specifiers: unknown): string[] | null {
  const names = (specifiers as Node[]).map((specifier) => {
    const imported = specifier.type === 'ExportSpecifier' ? specifier.local : specifier.imported;
    return isNode(imported) ? String(imported.name ?? imported.value) : null;
  });
  return names.some((name) => name === null) ? null : (names as string[]);
}

const WATCHED = ['process', 'performance', 'crypto', 'globalThis', 'console'];
const WATCHED_CALLS = ['setTimeout', 'setInterval', 'setImmediate', 'fetch'];

function collectUse(node: Node, facts: SourceFacts): void {
  const nameOf = (value: unknown): string => (isNode(value) ? String(value.name ?? value.value ?? '') : '');
  if (node.type === 'MemberExpression') {
    const use = `${nameOf(node.object)}.${nameOf(node.property)}`;
    if (WATCHED.includes(nameOf(node.object)) || use === 'Date.now' || use === 'Math.random') facts.uses.push(use);
  } else if (node.type === 'NewExpression' || node.type === 'CallExpression') {
    const callee = nameOf(node.callee);
    if (callee === 'Date' && (node.arguments as unknown[]).length === 0) facts.uses.push('new Date()');
    if (node.type === 'CallExpression' && WATCHED_CALLS.includes(callee)) facts.uses.push(callee);
  }
}
