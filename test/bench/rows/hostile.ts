// The slowdown by content made to attack: what a day's dump costs, compared with a first dump of ordinary rows.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ATTACKS, ordinary } from '../../support/hostile-content.ts';
import { bundleChild } from '../bundle.ts';
import { run, type Taken } from '../measure.ts';
import { type BenchContext, compared, type Result } from '../result.ts';

const DAYS = 3;
const END_OF_COPY = Buffer.from('\n\\.\n\n\n');

export async function hostile(context: BenchContext): Promise<Result[]> {
  const program = await bundleChild('store-directory', context.folder);
  const bytes = (context.megabytes / 5) * 1e6;
  const days = (content: (day: number) => Buffer): Taken[] => {
    const [repository, folder] = ['repository', 'dump'].map((name) => join(context.folder, name)) as [string, string];
    rmSync(repository, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    return Array.from({ length: DAYS }, (_, day) => {
      writeFileSync(join(folder, '1.dat'), Buffer.concat([content(day), END_OF_COPY]));
      writeFileSync(join(folder, 'toc.dat'), 'PGDMP');
      return run([process.execPath, program, repository, folder, String(day)]);
    });
  };
  const [usual] = days(() => ordinary(bytes)) as [Taken];
  return Object.entries(ATTACKS).map(([name, content]) => {
    const taken = days((day) => content(day, bytes));
    const worst = taken.toSorted((a, b) => b.cpuSeconds - a.cpuSeconds)[0] as Taken;
    return compared('hostile', `${name}, worst of ${DAYS} days; ordinary rows, first dump`, worst, usual, null);
  });
}
