/** `npm run campaign NAME [ARGUMENTS]`: the tests that take too long for every run, at full size. */
const CAMPAIGNS: Readonly<Record<string, () => Promise<{ default: (args: string[]) => Promise<void> }>>> = {
  'catalog-outages': () => import('./catalog-outages.ts'),
  'cut-connections': () => import('./cut-connections.ts'),
  'large-restores': () => import('./large-restores.ts'),
  'worker-simulation': () => import('./worker-simulation.ts'),
};

const [name = '', ...args] = process.argv.slice(2);
const load = CAMPAIGNS[name];
if (load === undefined) {
  console.error(`usage: npm run campaign NAME; one of ${Object.keys(CAMPAIGNS).join(', ')}`);
  process.exitCode = 2;
} else {
  await (await load()).default(args);
}
