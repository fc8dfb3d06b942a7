import { tickThroughOutages } from '../support/catalog-outages.ts';
import { Random } from '../support/simulation/random.ts';

/** Ticks with dumps, triggers and restores while the catalog is killed: `catalog-outages [TICKS] [SEED]`. */
export default async function catalogOutages([ticks = '50', seed = '1']: string[]): Promise<void> {
  console.log(JSON.stringify(await tickThroughOutages(Number(ticks), new Random(Number(seed))), null, 2));
}
