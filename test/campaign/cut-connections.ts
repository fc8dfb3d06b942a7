import { dumpThroughBreaks } from '../support/cut-dumps.ts';
import { Random } from '../support/simulation/random.ts';

/**
 * Dumps of a database and of a cluster through connections that are reset, closed or stall at random bytes:
 * `cut-connections [ROUNDS] [SEED]`.
 */
export default async function cutConnections([rounds = '360', seed = '1']: string[]): Promise<void> {
  const report = await dumpThroughBreaks(Number(rounds), new Random(Number(seed)));
  console.log(JSON.stringify(report, null, 2));
}
