// Bundles src/ into dist/ (or the folder that is named): a launcher that any Node can read, and the program in chunks that
// load on demand.
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { inkDefine, inkPlugin, inkSupported } from './bundle-ink.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = resolve(process.argv[2] ?? join(root, 'dist'));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

/** The idle tick of cron is a file of its own, made below. */
const plainTickElsewhere = {
  name: 'plain-tick-elsewhere',
  setup(building) {
    building.onResolve({ filter: /\/plain-tick\.ts$/ }, () => ({ path: 'plain-tick', namespace: 'elsewhere' }));
    // By `require`: an import would first look through the whole file for what it exports.
    building.onLoad({ filter: /^plain-tick$/, namespace: 'elsewhere' }, () => ({
      contents: "export const { runPlainTick } = require('./plain-tick.cjs');",
      resolveDir: dist,
    }));
    building.onResolve({ filter: /^\.\/plain-tick\.cjs$/ }, ({ path }) => ({ path, external: true }));
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
  entryPoints: ['src/cli/plain-tick.ts'],
  outfile: join(dist, 'plain-tick.cjs'),
  format: 'cjs',
  define: { 'process.env.PGSNAPMAN_VERSION': JSON.stringify(version), 'import.meta.url': '__bundleUrl' },
  banner: { js: "const __bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
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
  plugins: [inkPlugin, plainTickElsewhere],
  supported: inkSupported,
  // Bundled CommonJS packages (pg) call require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
});

copyFileSync(join(root, 'scripts', 'launcher.mjs'), join(dist, 'pgsnapman.js'));
chmodSync(join(dist, 'pgsnapman.js'), 0o755);
copyFileSync(join(root, 'src', 'worker', 'repository', 'recover.sh'), join(dist, 'recover.sh'));
cpSync(join(root, 'src', 'sql', 'migrations'), join(dist, 'migrations'), { recursive: true });
cpSync(join(root, 'fixtures', 'sample'), join(dist, 'sample'), { recursive: true });
