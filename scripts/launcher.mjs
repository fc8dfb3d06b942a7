#!/usr/bin/env node
// In old syntax on purpose: a Node that is too old must still be able to read this file and say so.
import * as nodeModule from 'node:module';

const parts = process.versions.node.split('.').map(Number);
if (parts[0] < 22 || (parts[0] === 22 && parts[1] < 15)) {
  process.stderr.write(
    'pgsnapman needs Node 22.15 or newer, this is ' +
      process.versions.node +
      '\nhint: install a newer Node, or run it by npm, which brings one\n',
  );
  process.exit(3);
}
if (nodeModule.enableCompileCache) nodeModule.enableCompileCache();
import('./main.js').then(function start(main) {
  return main.main(process.argv.slice(2));
});
