// Bundles src/ into dist/ (or the folder that is named): a launcher that any Node can read, and the program in chunks that
// load on demand.
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { inkDefine, inkPlugin, inkSupported } from './bundle-ink.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = resolve(process.argv[2] ?? join(root, 'dist'));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

/** What a tick of cron never asks for stays out of its file. */
const notInTicks = {
  name: 'not-in-ticks',
  setup(building) {
    building.onResolve({ filter: /\/(?:program|ask|run-tui)\.ts$/ }, ({ path }) => ({
      path,
      namespace: 'not-in-ticks',
    }));
    building.onLoad({ filter: /.*/, namespace: 'not-in-ticks' }, ({ path }) => ({
      contents: `throw new Error('${path} is not in this file');`,
    }));
  },
};

/** The launcher imports the built program, not its sources. */
const builtMain = {
  name: 'built-main',
  setup(building) {
    building.onResolve({ filter: /\/main\.ts$/ }, () => ({ path: './main.mjs', external: true }));
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node22.15',
  external: ['pg-native'],
  minifySyntax: true,
  // Names stay, for stack traces. One character of a comment that is not ASCII would make Node decode all of a file, and
  // keep it in twice the memory: without comments, a file is read as it is, in a third of the time.
  minifyWhitespace: true,
  lineLimit: 160,
  legalComments: 'none',
  logLevel: 'warning',
};

// One file, whose modules are evaluated when they are needed, those of Node too: finding, reading and linking many small
// modules is most of what a tick with nothing to do would cost.
await build({
  ...common,
  entryPoints: ['src/main.ts'],
  outfile: join(dist, 'tick.js'),
  format: 'cjs',
  define: {
    'process.env.PGSNAPMAN_VERSION': JSON.stringify(version),
    'import.meta.url': '__bundleUrl',
    'import.meta.main': 'false',
  },
  plugins: [notInTicks],
  // What `require` puts around a file; see src/start/code-cache.ts, which reads it.
  banner: {
    js: `(function (exports, require, module, __filename, __dirname) { "use strict";
const __bundleUrl = require('node:url').pathToFileURL(__filename).href;`,
  },
  footer: { js: '})' },
});

await build({
  ...common,
  entryPoints: {
    main: 'src/main.ts',
    'repository-thread': 'src/worker/repository/thread/repository-thread.ts',
  },
  outdir: dist,
  splitting: true,
  format: 'esm',
  chunkNames: 'chunks-[name]-[hash]',
  // Node need not find out what kind of modules they are.
  outExtension: { '.js': '.mjs' },
  define: { 'process.env.PGSNAPMAN_VERSION': JSON.stringify(version), ...inkDefine },
  plugins: [inkPlugin],
  supported: inkSupported,
  // Bundled CommonJS packages (pg) call require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
});

await build({
  ...common,
  entryPoints: ['src/start/launcher.ts'],
  outfile: join(dist, 'pgsnapman.js'),
  format: 'cjs',
  // Read by any Node; it is told what version is needed by what the file does.
  target: 'node10',
  supported: { 'dynamic-import': true },
  plugins: [builtMain],
});
writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }\n');
chmodSync(join(dist, 'pgsnapman.js'), 0o755);
copyFileSync(join(root, 'src', 'worker', 'repository', 'recover.sh'), join(dist, 'recover.sh'));
cpSync(join(root, 'src', 'sql', 'migrations'), join(dist, 'migrations'), { recursive: true });
cpSync(join(root, 'fixtures', 'sample'), join(dist, 'sample'), { recursive: true });
