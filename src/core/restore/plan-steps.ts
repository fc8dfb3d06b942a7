import type { Manifest } from '../manifest/manifest.ts';
import type { Instance } from '../model/configuration.ts';
import { countOf } from '../text/numbers.ts';
import type { ExpectedContent } from './expected-content.ts';
import type { IntoPlan } from './partial/plan-into.ts';
import { sessionsText } from './plan-existing.ts';
import type { PlanStep, RestorePlan } from './restore-plan.ts';
import type { RolePlan } from './role-plan.ts';
import type { Statement } from './statement.ts';
import type { ExistingDatabase, TargetFacts } from './target-facts.ts';

interface PlannedParts extends Pick<RestorePlan, 'replaces' | 'propertiesOf' | 'into' | 'first' | 'last'> {
  target: string;
  staging: string;
  roles: RolePlan | null;
  selection: { dumpIds: readonly number[] };
  expected: ExpectedContent;
  properties: readonly Statement[];
}

interface StepQuestion {
  manifest: Manifest;
  destination: Instance;
  job: { parallel: number };
  target: Pick<TargetFacts, 'existing'>;
}

/** What will happen, in order, for people. */
export function planSteps(plan: PlannedParts, question: StepQuestion): PlanStep[] {
  const { manifest, destination, job } = question;
  const { roles, staging, target, selection, expected, replaces } = plan;
  const names = (roles?.create ?? []).map((name) => `"${name}"`).join(', ');
  if (plan.into !== null) return intoSteps(plan, plan.into, question);
  const steps: PlanStep[] = [
    { step: 'materialize', text: `unpack the dump of ${manifest.started_at.toISOString()} and check its hashes` },
  ];
  if (names !== '') steps.push({ step: 'roles', text: `create missing roles on ${destination.name}: ${names}` });
  if (replaces?.way === 'drop_before') {
    steps.push({ step: 'clear', text: `end the sessions in database "${target}" and drop it` });
  }
  steps.push(
    { step: 'create', text: `create database "${staging}", closed to everybody else` },
    {
      step: 'restore',
      text: `restore ${selection.dumpIds.length} entries with ${job.parallel} ${job.parallel === 1 ? 'job' : 'jobs'}`,
    },
    {
      step: 'check',
      text: `check ${expected.rows} rows in ${expected.tables.length} tables, ${expected.sequences.length} sequences, indexes and constraints`,
    },
    ...plan.last.map(({ about }) => ({ step: 'rename' as const, text: about })),
    { step: 'analyze', text: 'gather statistics' },
    { step: 'rename', text: renameText(plan, question) },
  );
  if (replaces?.way === 'drop') steps.push({ step: 'drop', text: 'drop the replaced database' });
  return steps;
}

/** Into a database that exists: one session, one transaction. */
function intoSteps(plan: PlannedParts, into: IntoPlan, { manifest, destination }: StepQuestion): PlanStep[] {
  const { roles, target, selection, expected, first } = plan;
  const names = (roles?.create ?? []).map((name) => `"${name}"`).join(', ');
  const steps: PlanStep[] = [
    { step: 'materialize', text: `unpack the dump of ${manifest.started_at.toISOString()} and check its hashes` },
  ];
  if (names !== '') steps.push({ step: 'roles', text: `create missing roles on ${destination.name}: ${names}` });
  for (const { about } of [...into.before, ...first]) steps.push({ step: 'clear', text: about });
  return [
    ...steps,
    {
      step: 'restore',
      text: `restore ${selection.dumpIds.length} entries into database "${target}", in one session, in one transaction with all before`,
    },
    { step: 'check', text: `check ${expected.rows} rows in ${expected.tables.length} tables` },
    ...plan.last.map(({ about }) => ({ step: 'rename' as const, text: about })),
    { step: 'check', text: 'commit' },
    { step: 'analyze', text: 'gather statistics' },
  ];
}

function renameText({ properties, propertiesOf, target, replaces }: PlannedParts, { target: facts }: StepQuestion) {
  const whose = propertiesOf === 'target' ? 'of the database that is replaced' : 'of the source';
  const set = `set ${countOf(properties.length, 'property').replace(/propertys$/, 'properties')} ${whose}`;
  if (replaces === null || replaces.way === 'drop_before' || facts.existing === null) {
    return `${set} and give the database the name "${target}", in one step`;
  }
  return `${ending(facts.existing, target)}${set}, rename that database away, and give this one its name, in one step`;
}

function ending(existing: ExistingDatabase, target: string): string {
  return existing.sessions.length === 0 ? '' : `end the ${sessionsText(existing)} in "${target}"; `;
}
