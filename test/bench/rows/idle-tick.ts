// Rows 8 and 9: a tick with nothing to do, which cron starts every minute.
import { builtProgram } from '../../support/built-program.ts';
import { startTestCatalog } from '../../support/clusters.ts';
import { addInstance, createWorkerHome } from '../../support/worker-home.ts';
import { inTurn, run } from '../measure.ts';
import { type BenchContext, compared, megabytes, type Result } from '../result.ts';

export async function idleTick(context: BenchContext): Promise<Result[]> {
  const catalog = await startTestCatalog();
  try {
    process.env.TEST_RUN_DIRECTORY = context.folder;
    const program = await builtProgram();
    const home = await createWorkerHome({ catalogUrl: catalog.catalogUrl });
    try {
      await addInstance(home, catalog, 'here');
      await home.ok(['worker', 'run']);
      const tick = [process.execPath, program, 'worker', 'run', '--config', home.configFile];
      const node = [process.execPath, '-e', '0'];
      const { ours, peer } = await inTurn(
        context.times * 3,
        () => run(tick),
        () => run(node),
      );
      const peak = Number(run(['bash', '-c', PEAK, 'bash', ...tick]).stdout) * 1024;
      return [
        compared('8', 'worker run with nothing due; node -e 0', ours, peer, 4),
        {
          row: '9',
          work: 'the same, peak memory in MB',
          ours: megabytes(peak),
          peer: '',
          value: peak / 1e6,
          target: { atMost: 90 },
          note: '',
        },
      ];
    } finally {
      await home.remove();
    }
  } finally {
    await catalog.remove();
  }
}

/** Prints the peak of a child's memory in KiB: the kernel keeps it as long as the child is a zombie or alive. */
const PEAK = `"$@" >/dev/null & pid=$!; peak=0
while now=$(sed -n 's/^VmHWM:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/$pid/status 2>/dev/null) && [ -n "$now" ]; do peak=$now; done
wait $pid; echo $peak`;
