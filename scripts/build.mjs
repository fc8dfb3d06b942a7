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

await build({
  absWorkingDir: root,
  entryPoints: {
    main: 'src/main.ts',
    'repository-thread': 'src/worker/repository/thread/repository-thread.ts',
  },
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.15',
  chunkNames: 'chunks-[name]-[hash]',
  // Node need not find out what kind of modules they are.
  outExtension: { '.js': '.mjs' },
  external: ['pg-native'],
  define: { 'process.env.PGSNAPMAN_VERSION': JSON.stringify(version), ...inkDefine },
  plugins: [inkPlugin],
  supported: inkSupported,
  // Bundled CommonJS packages (pg) call require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
});

copyFileSync(join(root, 'scripts', 'launcher.mjs'), join(dist, 'pgsnapman.js'));
chmodSync(join(dist, 'pgsnapman.js'), 0o755);
copyFileSync(join(root, 'src', 'worker', 'repository', 'recover.sh'), join(dist, 'recover.sh'));
cpSync(join(root, 'src', 'sql', 'migrations'), join(dist, 'migrations'), { recursive: true });
cpSync(join(root, 'fixtures', 'sample'), join(dist, 'sample'), { recursive: true });
