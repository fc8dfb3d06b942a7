import { isClusterDump } from '../core/cluster-dump/cluster-command.ts';
import type { DumpType } from '../core/model/configuration.ts';
import { type PlanReport, planReportSchema } from '../core/restore/plan-report.ts';
import { formatDuration } from '../core/text/duration.ts';
import { countOf, formatBytes } from '../core/text/numbers.ts';
import { plain } from '../core/text/plain.ts';
import type { Context } from './context.ts';
import { runHereOrThere } from './run-here-or-there.ts';

/** `restorejob plan`: here or on the worker that has the dump. Exit code 1 if it cannot work. */
export async function planRestore(context: Context, jobId: number): Promise<number> {
  const plan = await runHereOrThere<PlanReport>(context, {
    kind: 'restore',
    asks: 'plan_restore',
    id: jobId,
    wait: true,
    async here(worker) {
      const { planRestoreJob } = await import('../worker/restore/plan-restore-job.ts');
      return planRestoreJob(worker, jobId);
    },
    there: (answer) => planReportSchema.parse(answer),
  });
  if (plan === null) return 0;
  const { output } = context;
  if (output.json) output.show(plan);
  else for (const line of planLines(plan)) output.line(plain(line));
  return plan.possible ? 0 : 1;
}

/** A plan for people to read. */
function planLines(plan: PlanReport): string[] {
  const facts: [string, string][] = [
    ['dump', dumpText(plan.dump)],
    [
      'target',
      isClusterDump({ dump_type: plan.dump.dump_type as DumpType })
        ? instanceText(plan.target)
        : targetText(plan.target),
    ],
    ['tools', toolsText(plan.tools)],
    ['roles', rolesText(plan.roles)],
    ['extensions', extensionsText(plan.extensions)],
    ['tablespaces', tablespacesText(plan.tablespaces)],
    ['locale', localeText(plan.locale)],
    ['disk', diskText(plan.disk)],
  ];
  const steps = plan.steps.map(({ text }, place) => `${place + 1}. ${text}`);
  const sections: [string, readonly string[]][] = [
    ['steps', steps],
    ['warnings', plan.warnings],
    ['notes', plan.notes],
    ['refused', plan.refusals.map(({ sentence, hint }) => `${sentence}; ${hint}`)],
  ];
  return [
    ...facts.filter(([, text]) => text !== '').map(([title, text]) => `${title.padEnd(12)}${text}`),
    ...sections.flatMap(([title, lines]) =>
      lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)],
    ),
    '',
    plan.possible
      ? 'nothing has been changed; this can be done'
      : 'nothing has been changed; this cannot be done as it is',
  ];
}

const VERIFIED = ['not verified', 'stored', 'readable', 'restorable', 'proven by a drill'];
const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
const known = (bytes: number | null): string => (bytes === null ? 'unknown' : formatBytes(bytes));

function dumpText(dump: PlanReport['dump']): string {
  const verified = dump.verified_level === null ? 'verification unknown' : (VERIFIED[dump.verified_level] ?? '');
  return [
    `${dump.dbname ?? 'all databases'} on ${dump.instance_name}, ${formatDuration(dump.age_ms)} old (${dump.started_at.toISOString()})`,
    dump.outcome,
    verified,
    `${countOf(dump.table_count, 'table')}, ${countOf(dump.row_count, 'row')}, ${formatBytes(dump.raw_bytes)}`,
    ...(dump.trusted ? [] : ['from an instance that is not trusted']),
  ].join(', ');
}

function instanceText({ instance_name, user }: PlanReport['target']): string {
  return `instance ${instance_name}; as "${user}"`;
}

function targetText(target: PlanReport['target']): string {
  const where = `"${target.dbname}" on ${target.instance_name}${target.environment === null ? '' : ` (${target.environment})`}`;
  if (!target.exists) return `${where}, does not exist yet; as "${target.user}"`;
  const sessions = target.sessions.reduce((sum, { count }) => sum + count, 0);
  const kept = target.properties === 'target' ? 'keeps its properties' : "gets the source's properties";
  return `${where}, exists (${known(target.size_bytes)}, ${countOf(sessions, 'session')}): ${target.existing_db}, ${kept}; as "${target.user}"`;
}

function toolsText(tools: PlanReport['tools']): string {
  const gap =
    tools.version_gap === 0
      ? ''
      : ` (${Math.abs(tools.version_gap)} major ${tools.version_gap < 0 ? 'older' : 'newer'})`;
  return `${tools.program ?? 'pg_restore'} ${tools.pg_restore_version}; PostgreSQL ${tools.source_version} to ${tools.target_version}${gap}`;
}

function rolesText(roles: PlanReport['roles']): string {
  if (!roles.used) return 'not used: everything belongs to the restoring role';
  const parts: [string, string][] = [
    [`created${roles.passwords ? '' : ' (without passwords)'}`, list(roles.create)],
    ['present', list(roles.existing)],
    ['missing', list(roles.missing)],
  ];
  return parts
    .filter(([, names]) => names !== '')
    .map(([title, names]) => `${title} ${names}`)
    .join('; ');
}

function extensionsText(extensions: PlanReport['extensions']): string {
  return extensions
    .map(({ name, version, available }) => {
      if (available === null) return `"${name}" not available`;
      return version === null || version === available
        ? `"${name}" ${available}`
        : `"${name}" ${available} (source ${version})`;
    })
    .join(', ');
}

function tablespacesText(tablespaces: PlanReport['tablespaces']): string {
  return tablespaces
    .map(
      ({ name, target, exists }) => `"${name}"${target === name ? '' : ` to "${target}"`}${exists ? '' : ' (missing)'}`,
    )
    .join(', ');
}

function localeText(locale: PlanReport['locale']): string {
  if (locale.encoding === '') return ''; // a whole cluster: each database has its own
  const answers = { yes: 'available', no: 'not available', unknown: 'availability unknown' };
  return `${locale.encoding}, ${locale.collate}, ${locale.ctype} (${locale.provider}): ${answers[locale.available]}`;
}

function diskText(disk: PlanReport['disk']): string {
  const target = `about ${formatBytes(disk.needed_bytes)} on the target (free: ${known(disk.free_bytes)})`;
  return `${target}; ${formatBytes(disk.staging_needed_bytes)} on the worker (free: ${known(disk.staging_free_bytes)})`;
}
