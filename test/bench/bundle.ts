import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** Bundles a script of `children/` as the program is bundled, so that its start costs no more; returns its path. */
export async function bundleChild(name: string, folder: string): Promise<string> {
  const outdir = join(folder, 'bundle');
  await build({
    absWorkingDir: project,
    entryPoints: {
      [name]: `test/bench/children/${name}.ts`,
      'repository-thread': 'src/worker/repository/thread/repository-thread.ts',
    },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    external: ['pg-native'],
    outExtension: { '.js': '.mjs' },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  copyFileSync(join(project, 'src/worker/repository/recover.sh'), join(outdir, 'recover.sh'));
  return join(outdir, `${name}.mjs`);
}
