#!/usr/bin/env node
// In old syntax on purpose: a Node that is too old must still be able to read this file and say so.
import * as nodeModule from 'node:module';
import { join } from 'node:path';

const parts = process.versions.node.split('.').map(Number);
if (parts[0] < 22 || (parts[0] === 22 && parts[1] < 15)) {
  process.stderr.write(
    'pgsnapman needs Node 22.15 or newer, this is ' +
      process.versions.node +
      '\nhint: install a newer Node, or run it by npm, which brings one\n',
  );
  process.exit(3);
}
// In a folder of the user's own: Node's default is in the temporary folder, where others could put code for us to run.
const home =
  process.env.XDG_CACHE_HOME || (process.env.HOME && join(process.env.HOME, '.cache')) || process.env.LOCALAPPDATA;
if (home) nodeModule.enableCompileCache(join(home, 'pgsnapman'));
import('./main.mjs').then(function start(main) {
  return main.main(process.argv.slice(2));
});
