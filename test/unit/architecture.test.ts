import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findViolations } from '../support/architecture-rules.ts';
import { readSource, type SourceFacts } from '../support/source-facts.ts';

const PROJECT = join(import.meta.dirname, '..', '..');

function sourceFiles(): { path: string; text: string }[] {
  return readdirSync(join(PROJECT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|tsx|mts|js|mjs)$/.test(name))
    .map((name) => join('src', name).replaceAll('\\', '/'))
    .map((path) => ({ path, text: readFileSync(join(PROJECT, path), 'utf8') }));
}

const violationsOf = (path: string, text: string): string[] => findViolations([readSource({ path, text })]);

const folderOf = (texts: Readonly<Record<string, string>>): SourceFacts[] =>
  Object.entries(texts).map(([name, text]) => readSource({ path: `src/core/${name}.ts`, text }));

describe('the rooms of the code', () => {
  it('import only what they may, and never in a circle', () => {
    const files = sourceFiles();
    expect(files.length).toBeGreaterThan(20);
    expect(findViolations(files.map(readSource))).toEqual([]);
  });

  it('use packages by one file where the rules say so', () => {
    const users = sourceFiles()
      .map(readSource)
      .filter(({ imports }) => imports.some(({ from }) => from === 'execa'));
    expect(users.map(({ path }) => path)).toEqual(['src/worker/process/run-child.ts']);
  });
});

describe('a planted violation is found:', () => {
  it.each([
    ['core that imports another room', 'src/core/a.ts', "import { connect } from '../sql/connection.ts';"],
    ['core that imports a type from another room', 'src/core/a.ts', "import type { X } from '../worker/fault.ts';"],
    ['core that names a type of another room in place', 'src/core/a.ts', "let x: import('../sql/connection.ts').Y;"],
    ['core that exports from another room', 'src/core/a.ts', "export { x } from '../cli/program.ts';"],
    ['core that exports all of another room', 'src/core/a.ts', "export * from '../cli/program.ts';"],
    ['core that loads another room later', 'src/core/a.ts', "const x = () => import('../cli/program.ts');"],
    ['an import that can not be checked', 'src/worker/a.ts', 'const x = (name: string) => import(name);'],
    ['core that reads files', 'src/core/a.ts', "import { readFileSync } from 'node:fs';"],
    ['core that requires', 'src/core/a.ts', "const fs = require('node:fs');"],
    ['core that looks at the clock', 'src/core/a.ts', 'export const now = () => Date.now();'],
    ['core that makes a Date of now', 'src/core/a.ts', 'export const now = () => new Date();'],
    ['core that makes a text of now', 'src/core/a.ts', 'export const now = () => Date();'],
    ['core that looks at the process', 'src/core/a.ts', 'export const home = process.env.HOME;'],
    ['core that looks at the process in brackets', 'src/core/a.ts', "export const home = process['env'];"],
    ['core that throws dice', 'src/core/a.ts', 'export const dice = Math.random();'],
    ['core that waits', 'src/core/a.ts', 'setTimeout(() => {}, 1);'],
    ['core with a package of another room', 'src/core/a.ts', "import pg from 'pg';"],
    ['core with the clock of node-cron', 'src/core/a.ts', "import { schedule } from 'node-cron';"],
    ['core with the whole of node-cron', 'src/core/a.ts', "import cron from 'node-cron';"],
    ['sql that imports worker', 'src/sql/a.ts', "import { runChild } from '../worker/process/run-child.ts';"],
    ['pg outside sql', 'src/worker/a.ts', "import type { Client } from 'pg';"],
    ['execa outside its file', 'src/worker/a.ts', "import { execa } from 'execa';"],
    ['execa in the command line', 'src/cli/a.ts', "import { execa } from 'execa';"],
    ['worker that imports the command line', 'src/worker/a.ts', "import { runCli } from '../cli/program.ts';"],
    ['worker that imports a face', 'src/worker/a.ts', "import { render } from 'ink';"],
    ['the command line that imports React', 'src/cli/a.ts', "import React from 'react';"],
    ['the full-screen manager that imports worker', 'src/tui/a.tsx', "import { x } from '../worker/fault.ts';"],
    ['a package that nobody may use', 'src/cli/a.ts', "import 'left-pad';"],
    ['process.exit outside main.ts', 'src/cli/a.ts', 'process.exit(1);'],
    ['exit by another name', 'src/cli/a.ts', "import { exit } from 'node:process';"],
    ['a file in no room', 'src/helpers.ts', 'export const x = 1;'],
    ['an import that leaves src', 'src/cli/a.ts', "import { x } from '../../test/support/cli.ts';"],
  ])('%s', (_title, path, text) => {
    expect(violationsOf(path, text)).toHaveLength(1);
  });

  it.each([
    ['two files that import each other', { a: "import { b } from './b.ts';", b: "import { a } from './a.ts';" }],
    ['a file that imports itself', { a: "import * as all from './a.ts';" }],
    ['a circle closed by a type', { a: "import { b } from './b.ts';", b: "import type { A } from './a.ts';" }],
    ['a circle closed by a re-export', { a: "export { b } from './b.ts';", b: "import { c } from './a.ts';" }],
    ['a circle closed by what is loaded later', { a: "import './b.ts';", b: "const a = () => import('./a.ts');" }],
    [
      'a circle of three, and one that leads into it',
      { a: "import './b.ts';", b: "import './c.ts';", c: "import './a.ts';", d: "import './a.ts';" },
    ],
  ])('%s', (_title, texts) => {
    const violations = findViolations(folderOf(texts));
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatch(/^src\/core\/a\.ts.* import each other in a circle$/);
    expect(violations[0]).not.toContain('src/core/d.ts');
  });

  it('a file that can not be read is an error, not a pass', () => {
    expect(() => violationsOf('src/core/a.ts', 'import {')).toThrow('src/core/a.ts');
  });
});

describe('what is allowed stays allowed:', () => {
  it.each([
    ['a date of a given time in core', 'src/core/a.ts', 'export const at = (ms: number) => new Date(ms);'],
    ['a field called process in core', 'src/core/a.ts', 'export const kind = { process: 1, exit: 2 }.process;'],
    ['node-cron’s grammar in core', 'src/core/a.ts', "import { parse } from 'node-cron';"],
    ['process.exit in main.ts', 'src/main.ts', 'process.exit(1);'],
    ['a package under a common beginning', 'src/tui/a.tsx', "import Table from 'ink-table';"],
  ])('%s', (_title, path, text) => {
    expect(violationsOf(path, text)).toEqual([]);
  });

  it('two ways to the same file', () => {
    const texts = { a: "import './b.ts'; import './c.ts';", b: "import './d.ts';", c: "import './d.ts';", d: '' };
    expect(findViolations(folderOf(texts))).toEqual([]);
  });
});
