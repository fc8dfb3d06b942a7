import { parseWithoutCompiling } from '../core/config/parse-without-compiling.ts';
import { PgSnapManError } from '../core/errors.ts';
import { createContext } from './context.ts';
import { errorLines } from './output/error-lines.ts';
import type { Surroundings } from './output/streams.ts';
import { runWorkerTick } from './worker-run.ts';

/**
 * `worker run` as cron starts it, 1,440 times a day: without the tree of commands. The built program has this and all that
 * it needs in one file of its own, so that Node reads few modules; errors are therefore told here.
 * @returns the exit code; anything thrown is a bug
 */
export async function runPlainTick(config: string | undefined, around: Surroundings): Promise<number> {
  const options = {
    ...(config === undefined ? {} : { config }),
    json: false,
    color: true,
    yes: false,
    quiet: false,
    verbose: false,
  };
  parseWithoutCompiling();
  try {
    return await runWorkerTick(createContext(around, options));
  } catch (error) {
    if (!(error instanceof PgSnapManError)) throw error;
    around.stderr.write(errorLines(error, false));
    return error.exitCode;
  }
}
