/**
 * Tests at full size, one at a time, by hand: `npm run campaign NAME [-- arguments]`. Each is a file of this folder that
 * exports `campaign(arguments)`; without a name they are listed.
 */
import { readdir } from 'node:fs/promises';

type Campaign = (args: readonly string[]) => Promise<void>;

const [name = '', ...args] = process.argv.slice(2);
const names = (await readdir(import.meta.dirname)).flatMap((file) => {
  const found = /^([a-z0-9-]+)\.ts$/.exec(file)?.[1];
  return found === undefined || found === 'run' ? [] : [found];
});
if (!names.includes(name)) {
  process.stdout.write(`usage: npm run campaign NAME\nnames: ${names.sort().join(', ')}\n`);
  process.exitCode = name === '' ? 0 : 2;
} else {
  const started = performance.now();
  const { campaign } = (await import(`./${name}.ts`)) as { campaign: Campaign };
  await campaign(args);
  process.stdout.write(`${name}: done in ${Math.round((performance.now() - started) / 1000)} s\n`);
}
