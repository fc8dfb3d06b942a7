import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const CODE_CACHE = pathToFileURL(fileURLToPath(new URL('../../../src/start/code-cache.ts', import.meta.url))).href;

let folder: string;
let file: string;
let cache: string;

beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder, 'program.js');
  cache = join(folder, 'cache');
  write('one');
});

/** A module as the build makes it, with a function that is compiled when it is called. */
function write(word: string): void {
  const body = `exports.say = () => ['${word}', typeof require('node:fs').readFileSync, __filename].join(' ');`;
  writeFileSync(file, `(function (exports, require, module, __filename, __dirname) {"use strict";${body}})`);
}

/** What the module says in a process of its own. */
function run(cacheFolder: string | null = cache): string {
  const script = `const { loadWithCodeCache } = await import(${JSON.stringify(CODE_CACHE)});
    console.log(loadWithCodeCache(${JSON.stringify(file)}, ${JSON.stringify(cacheFolder)}).say());`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim();
}

/** What one process left for the next. */
const cacheFile = (): string => join(cache, readdirSync(cache)[0] ?? 'nothing');

/** Differs whenever the cache was written. */
const mark = (): string => `${statSync(cacheFile()).ino} ${statSync(cacheFile()).mtimeMs}`;

const said = (word: string): string => `${word} function ${file}`;

describe('a module that is loaded with a code cache', () => {
  beforeEach(() => {
    mkdirSync(cache, { mode: 0o700 });
  });

  test('gets what require gives, and leaves its code for the next process, which takes it', () => {
    expect(run()).toBe(said('one'));
    const first = mark();
    expect(statSync(cacheFile()).mode & 0o777).toBe(0o600);
    expect(run()).toBe(said('one'));
    expect(mark()).toBe(first);
    expect(readdirSync(cache)).toEqual([expect.stringMatching(/^program-[0-9a-f]{8}-v\d+\.\d+\.\d+-\w+$/)]);
  });

  test('is the new one when the file changes, also if it is as long as the old one', () => {
    run();
    const first = mark();
    write('two');
    expect(run()).toBe(said('two'));
    expect(mark()).not.toBe(first);
    expect(run()).toBe(said('two'));
  });

  test.each([
    ['its head', 5],
    ['its middle', 0.5],
    ['its end', -1],
  ])('is compiled anew when one bit of the cache is wrong in %s', (_, at) => {
    run();
    const content = readFileSync(cacheFile());
    const index = at < 0 ? content.length - 1 : at < 1 ? Math.floor(content.length * at) : at;
    content[index] = (content[index] ?? 0) ^ 4;
    writeFileSync(cacheFile(), content);
    const broken = mark();
    expect(run()).toBe(said('one'));
    expect(mark()).not.toBe(broken);
    expect(readFileSync(cacheFile()).equals(content)).toBe(false);
  });

  test.each(['', 'x', 'y'.repeat(100)])('does not mind a cache that is none: "%s"', (content) => {
    run();
    writeFileSync(cacheFile(), content);
    expect(run()).toBe(said('one'));
    expect(readFileSync(cacheFile()).length).toBeGreaterThan(100);
  });

  test('works where nothing can be kept, and where nothing shall be', () => {
    expect(run(join(folder, 'not', 'there'))).toBe(said('one'));
    expect(run(null)).toBe(said('one'));
    expect(readdirSync(folder).sort()).toEqual(['cache', 'program.js']);
  });

  test('is the time to remove what was left long ago, and nothing else', () => {
    for (const name of ['program-0-old', 'program-1-new', 'other-old']) writeFileSync(join(cache, name), 'x');
    for (const name of ['program-0-old', 'other-old']) utimesSync(join(cache, name), 1e9, 1e9);
    run();
    expect(readdirSync(cache)).toHaveLength(3);
    expect(readdirSync(cache)).toEqual(expect.arrayContaining(['other-old', 'program-1-new']));
  });

  test('leaves no half a file when the code cannot be kept', () => {
    run();
    const name = readdirSync(cache)[0] ?? '';
    rmSync(cacheFile());
    mkdirSync(join(cache, name));
    expect(run()).toBe(said('one'));
    expect(readdirSync(cache)).toEqual([name]);
  });

  test('throws what the module throws', () => {
    writeFileSync(file, '(function () { throw new Error("by itself"); })');
    expect(() => run()).toThrow('by itself');
  });
});
