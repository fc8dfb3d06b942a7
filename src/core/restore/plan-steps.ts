import type { Manifest } from '../manifest/manifest.ts';
import type { Instance } from '../model/configuration.ts';
import type { ExpectedContent } from './expected-content.ts';
import type { RolePlan } from './role-sql.ts';
import type { Statement } from './statement.ts';

/** A step of a plan, in words. */
export interface PlanStep {
  step: 'materialize' | 'roles' | 'create' | 'restore' | 'check' | 'analyze' | 'rename';
  text: string;
}

interface PlannedParts {
  target: string;
  staging: string;
  roles: RolePlan | null;
  selection: { dumpIds: readonly number[] };
  expected: ExpectedContent;
  properties: readonly Statement[];
}

/** What will happen, in order, for people. */
export function planSteps(
  plan: PlannedParts,
  { manifest, destination, job }: { manifest: Manifest; destination: Instance; job: { parallel: number } },
): PlanStep[] {
  const { roles, staging, target, selection, expected, properties } = plan;
  const names = (roles?.create ?? []).map((name) => `"${name}"`).join(', ');
  const steps: PlanStep[] = [
    { step: 'materialize', text: `unpack the dump of ${manifest.started_at.toISOString()} and check its hashes` },
  ];
  if (names !== '') steps.push({ step: 'roles', text: `create missing roles on ${destination.name}: ${names}` });
  return [
    ...steps,
    { step: 'create', text: `create database "${staging}", closed to everybody else` },
    {
      step: 'restore',
      text: `restore ${selection.dumpIds.length} entries with ${job.parallel} ${job.parallel === 1 ? 'job' : 'jobs'}`,
    },
    {
      step: 'check',
      text: `check ${expected.rows} rows in ${expected.tables.length} tables, ${expected.sequences.length} sequences, indexes and constraints`,
    },
    { step: 'analyze', text: 'gather statistics' },
    {
      step: 'rename',
      text: `set ${properties.length} properties of the database and give it the name "${target}", in one step`,
    },
  ];
}
