import { doFilesAtOnce } from '../support/simulation/files-at-once.ts';
import { Random } from '../support/simulation/random.ts';
import { scenario } from '../support/simulation/scenario.ts';
import { Simulation } from '../support/simulation/simulation.ts';
import { withSimulationFolder } from '../support/simulation/simulation-folder.ts';

/** 500 jobs in five time zones over two years: `worker-simulation [JOBS] [DAYS] [SEED]`. */
export default async function workerSimulation([jobs = '500', days = '731', seed = '1']: string[]): Promise<void> {
  const start = new Date('2023-01-01T00:00:00Z');
  const end = new Date(start);
  end.setUTCDate(end.getUTCDate() + Number(days));
  doFilesAtOnce();
  const random = new Random(Number(seed));
  const report = await withSimulationFolder((folder) =>
    new Simulation({
      folder,
      scenario: scenario(Number(jobs), start, random),
      start,
      end,
      random,
      chances: { crash: 0.004, downtime: 0.000_1, outage: 0.000_3 },
      onDay(day) {
        if (day.getUTCDate() === 1) console.error(day.toISOString().slice(0, 10));
      },
    }).run(),
  );
  console.log(JSON.stringify(report, null, 2));
}
