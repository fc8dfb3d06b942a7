import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../support/simulation/random.ts';
import { scenario } from '../../../support/simulation/scenario.ts';
import { Simulation } from '../../../support/simulation/simulation.ts';
import { withSimulationFolder } from '../../../support/simulation/simulation-folder.ts';

const SUPPORT = join(import.meta.dirname, '..', '..', '..', 'support', 'simulation');

describe('a simulated worker', () => {
  it('is judged by books that share nothing with the schedules of the product', () => {
    for (const name of ['calendar.ts', 'ledger.ts', 'plan.ts', 'zone-table.ts']) {
      const imports = readFileSync(join(SUPPORT, name), 'utf8').match(/^import (?!type ).*/gm) ?? [];
      expect(imports.filter((line) => !/from '\.\/(?:calendar|plan|zone-table)\.ts'/.test(line))).toEqual([]);
    }
  });

  it('runs every due time once or says why not, whatever dies, over a week with a change of the clocks', async () => {
    const [start, end] = [new Date('2023-03-24T00:00:00Z'), new Date('2023-03-31T00:00:00Z')];
    const random = new Random(7);
    const report = await withSimulationFolder((folder) =>
      new Simulation({
        folder,
        scenario: scenario(20, start, random),
        start,
        end,
        random,
        chances: { crash: 0.05, downtime: 0.01, outage: 0.01 },
      }).run(),
    );
    expect(report.runs).toBeGreaterThan(20);
    expect(report.crashes).toBeGreaterThan(1);
    expect(report.mostAtATime).toBeGreaterThan(1);
  }, 60_000);
});
