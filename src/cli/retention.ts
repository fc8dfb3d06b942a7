import { CALENDAR_LEGEND, calendarLines } from '../core/retention/calendar-lines.ts';
import { dropBrake, scheduledSince } from '../core/retention/drop-brake.ts';
import { planRetention, type RetentionDecision } from '../core/retention/plan-retention.ts';
import { retentionCalendar } from '../core/retention/retention-calendar.ts';
import type { KeepCounts } from '../core/retention/retention-policy.ts';
import { plain } from '../core/text/plain.ts';
import type { ApprovalRow } from '../sql/catalog/approvals.ts';
import type { RetentionRow, RetentionSeries } from '../sql/catalog/retention.ts';
import { addNoun, addVerb, type NounBuilder } from './command-tree.ts';
import type { Context } from './context.ts';
import { parseKeep } from './options/job-options.ts';
import { wholeNumber } from './options/values.ts';
import type { ListColumn } from './output/output.ts';

/** `retention preview | list | approve` */
export const addRetentionCommands: NounBuilder = (program, settings) => {
  const noun = addNoun(program, 'retention', 'which dumps stay, and why');
  addVerb<PreviewOptions>(noun, settings, 'preview [dumpjob]', 'show what the next cleaning keeps and drops', preview)
    .option('--keep <d,w,m,y>', 'try this policy instead', parseKeep)
    .option('--keep-last <n>', 'try this number of newest good dumps', wholeNumber('--keep-last', 1, 1_000_000))
    .option('--calendar', 'show a calendar');
  addVerb(noun, settings, 'list', 'list the cleanings that wait for an approval', list);
  addVerb(noun, settings, 'approve <id>', 'let the next cleaning drop these dumps', approve);
};

interface PreviewOptions {
  keep?: KeepCounts;
  keepLast?: number;
  calendar?: boolean;
}

interface Planned {
  series: RetentionSeries;
  decisions: RetentionDecision<RetentionRow>[];
  now: Date;
}

interface PreviewRow {
  dump_job_id: number | null;
  subject: string;
  dump_id: number;
  uuid: string;
  started_at: Date;
  decision: 'keep' | 'drop';
  reasons: string[];
}

const COLUMNS: readonly ListColumn<PreviewRow>[] = [
  { key: 'dump_job_id', title: 'JOB', align: 'right', priority: 3 },
  { key: 'subject', title: 'WHAT', shrinkTo: 10, priority: 2 },
  { key: 'dump_id', title: 'DUMP', align: 'right' },
  { key: 'started_at', title: 'STARTED' },
  { key: 'decision', title: 'DECISION' },
  { key: 'reasons', title: 'REASONS', shrinkTo: 20, priority: 1, text: ({ reasons }) => reasons.join('; ') },
];

async function preview(context: Context, [job]: readonly string[], options: PreviewOptions): Promise<void> {
  const jobId = job === undefined ? undefined : wholeNumber('the id of a dump job', 1)(job);
  const planned = await context.withCatalog(async (catalog) => {
    const { findDumpJob } = await import('../sql/catalog/dump-jobs.ts');
    const { retentionSeries } = await import('../sql/catalog/retention.ts');
    if (jobId !== undefined) await findDumpJob(catalog, jobId);
    const now = (await catalog.row<{ now: Date }>('select now() as now'))?.now ?? context.around.now();
    const found: Planned[] = [];
    const defaults = { timezone: new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC' };
    for await (const series of retentionSeries(catalog, jobId === undefined ? {} : { jobId }, defaults)) {
      const last = options.keepLast === undefined ? {} : { keep_last: options.keepLast };
      const policy = { ...series.policy, ...options.keep, ...last };
      found.push({ series, decisions: planRetention(series.dumps, policy, now), now });
    }
    return found;
  });
  await show(context, planned, jobId !== undefined, options.calendar === true);
  for (const each of planned) tellBrake(context, each);
}

async function show(
  context: Context,
  planned: readonly Planned[],
  ofOneJob: boolean,
  calendar: boolean,
): Promise<void> {
  const { output } = context;
  if (calendar && !output.json) return showCalendars(context, planned);
  const rows = planned.flatMap(({ series, decisions }) =>
    decisions.map(({ dump, decision, reasons }) => ({
      dump_job_id: series.jobId,
      subject: series.subject,
      dump_id: dump.id,
      uuid: dump.uuid,
      started_at: dump.started_at,
      decision,
      reasons: reasons.map(({ text }) => text),
    })),
  );
  if (!ofOneJob) return output.list(rows, COLUMNS);
  if (!output.json) return output.list(rows, COLUMNS.slice(2));
  await output.list(
    rows.map(({ dump_job_id: _job, subject: _subject, ...row }) => row),
    [],
  );
}

function showCalendars({ output }: Context, planned: readonly Planned[]): void {
  for (const { series, decisions } of planned) {
    if (decisions.length === 0) continue;
    const job = series.jobId === null ? 'job is gone' : `dump job ${series.jobId}`;
    output.line(plain(`${series.subject} (${job})`));
    for (const line of calendarLines(retentionCalendar(decisions, series.policy.timezone))) output.line(line);
  }
  output.note(CALENDAR_LEGEND);
}

function tellBrake({ output }: Context, { series, decisions, now }: Planned): void {
  const question = {
    maxDropPercent: series.maxDropPercent,
    scheduledSince: scheduledSince(series.dumps, series.cleanedAt, now),
    approved: new Set<string>(),
  };
  const { holds, dropping, good } = dropBrake(decisions, question);
  if (!holds) return;
  output.note(
    `${series.subject}: ${dropping} of ${good} good dumps would go, so the cleaning would wait for \`pgsnapman retention approve\``,
  );
}

const APPROVAL_COLUMNS: readonly ListColumn<ApprovalRow>[] = [
  { key: 'id', title: 'ID', align: 'right' },
  { key: 'worker_name', title: 'WORKER', shrinkTo: 8, priority: 3 },
  { key: 'dump_job_id', title: 'JOB', align: 'right' },
  { key: 'subject', title: 'WHAT', shrinkTo: 10 },
  { key: 'drop_count', title: 'DROPS', align: 'right' },
  { key: 'good_count', title: 'OF', align: 'right' },
  { key: 'requested_at', title: 'WAITS SINCE', priority: 1 },
  { key: 'approved_at', title: 'APPROVED', priority: 2 },
];

async function list(context: Context): Promise<void> {
  const { listApprovals } = await import('../sql/catalog/approvals.ts');
  await context.output.list(await context.withCatalog((catalog) => listApprovals(catalog)), APPROVAL_COLUMNS);
}

async function approve(context: Context, [id = '']: readonly string[]): Promise<void> {
  const number = wholeNumber('the number of what waits', 1)(id);
  const { approve: approveRow } = await import('../sql/catalog/approvals.ts');
  const row = await context.withCatalog((catalog) => approveRow(catalog, number));
  context.output.result(`the next cleaning of ${row.worker_name} drops ${row.drop_count} dumps of ${row.subject}`, row);
}
