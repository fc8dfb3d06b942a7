#!/usr/bin/env node
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { loadWithCodeCache } from './code-cache.ts';
import { plainTick } from './plain-tick-words.ts';

// The executable. Built in old syntax, as the kind of module that every Node knows: a Node that is too old for the program
// must still be able to read this, and say so.

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 22 || (major === 22 && minor < 15);
}

function start(argv: string[]): void {
  const folder = cacheFolder(process.env);
  if (plainTick(argv) !== null) {
    // The tick of cron is one file, which is read without Node's loader of modules.
    void (loadWithCodeCache(join(__dirname, 'tick.js'), folder) as typeof import('../main.ts')).main(argv);
    return;
  }
  if (folder !== null) nodeModule.enableCompileCache(folder);
  void import('../main.ts').then(({ main }) => main(argv));
}

if (isTooOld(process.versions.node)) {
  process.stderr.write(
    `pgsnapman needs Node 22.15 or newer, this is ${process.versions.node}\n` +
      'hint: install a newer Node, or run it by npm, which brings one\n',
  );
  process.exitCode = 3;
} else {
  start(process.argv.slice(2));
}
