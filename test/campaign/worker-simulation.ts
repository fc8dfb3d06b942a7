import { Random } from '../support/simulation/random.ts';
import { clockChanges, scenario } from '../support/simulation/scenario.ts';
import { Simulation } from '../support/simulation/simulation.ts';
import { withSimulationFolder } from '../support/simulation/simulation-folder.ts';

/** 500 jobs in five time zones over two years: `worker-simulation [JOBS] [MONTHS] [SEED]`. */
export default async function workerSimulation([jobs = '500', months = '24', seed = '1']: string[]): Promise<void> {
  const start = new Date('2026-01-01T00:00:00Z');
  const end = new Date(start);
  end.setUTCMonth(end.getUTCMonth() + Number(months));
  const random = new Random(Number(seed));
  const report = await withSimulationFolder((folder) =>
    new Simulation({
      folder,
      configuration: scenario(Number(jobs), start, random),
      start,
      end,
      random,
      closely: clockChanges(start, end),
      chances: { crash: 0.01, downtime: 0.001, outage: 0.002 },
    }).run(),
  );
  console.log(JSON.stringify(report, null, 2));
}
