import { formatBytes, formatCount } from '../../core/text/numbers.ts';
import type { OutcomeCount, RecentFailure, RepositoryState, ScheduledJob } from '../../sql/catalog/overview.ts';
import type { ListRow } from '../list/list-state.ts';
import { progressText } from '../screens/activity.ts';
import type { ListScreenId } from '../screens/screen-ids.ts';
import { verifiedWord } from '../screens/states.ts';
import type { AppState, OverviewState } from '../state/app-state.ts';
import { clean } from '../text/clean.ts';
import { padTo, widthOf, wrap } from '../text/fit.ts';
import { ago, clockTime, shortTime } from '../text/time.ts';
import { nameText, sparkline, tookText } from '../text/values.ts';
import type { Style, Theme } from '../theme/theme.ts';
import { toneOf, toneText } from '../theme/tones.ts';

type Scope = Readonly<Record<string, string | number | boolean>>;

/** Where Enter leads from a line of the overview; details read their row by the id. */
export type Target =
  | { kind: 'details'; screen: ListScreenId; id: number; row: ListRow | null }
  | { kind: 'list'; screen: ListScreenId; scope: Scope; name: string | null };

export interface OverviewLine {
  text: string;
  style: Style;
  target: Target | null;
}

/** A part of the overview: lines that are always there, and rows of which some may have no room. */
export interface OverviewPart {
  head: readonly OverviewLine[];
  rows: readonly OverviewLine[];
}

const LABEL = 16;
const READING = 'reading ...';
/** A run that comes within this time is told by the clock alone. */
const SOON_MS = 20 * 3_600_000;

const line = (text: string, target: Target | null = null, style: Style = 'plain'): OverviewLine => ({
  text,
  style,
  target,
});
const heading = (name: string, text: string, target: Target | null = null, style: Style = 'plain'): OverviewLine =>
  line(padTo(name, LABEL) + text, target, style);
const reading = (name: string): OverviewPart => ({ head: [heading(name, READING)], rows: [] });
const list = (screen: ListScreenId, scope: Scope = {}, name: string | null = null): Target => ({
  kind: 'list',
  screen,
  scope,
  name,
});
const details = (screen: ListScreenId, id: number, row: ListRow | null = null): Target => ({
  kind: 'details',
  screen,
  id,
  row,
});

/** Failures first: that is what the morning's look is for. */
const OUTCOMES = ['failed', 'stalled', 'cancelled', 'ok_with_warnings', 'ok'] as const;
/** Keeps a number and its word on one line. */
const TIE = '\u00a0';
const untied = (text: string): string => text.replaceAll(TIE, ' ');
const BAD: readonly string[] = ['failed', 'stalled'];

export function lastDayPart({ overview, now, zone }: AppState, width: number): OverviewPart {
  const { day } = overview;
  if (day === null) return reading('Last 24 hours');
  const of = (kind: 'dump' | 'restore'): OutcomeCount[] => day.outcomes.filter((each) => each.kind === kind);
  return {
    head: [
      ...outcomeLines('Last 24 hours', 'dumps', of('dump'), width, list('dumps')),
      ...outcomeLines('', 'restores', of('restore'), width, list('restorelog')),
    ],
    rows: day.failures.map((failure) => failureLine(failure, now, zone)),
  };
}

function outcomeLines(
  name: string,
  what: string,
  counts: readonly OutcomeCount[],
  width: number,
  target: Target,
): OverviewLine[] {
  const parts = OUTCOMES.flatMap((outcome) => {
    const found = counts.find((each) => each.outcome === outcome);
    return found === undefined ? [] : [`${formatCount(found.count)}${TIE}${toneOf(outcome).word}`];
  });
  const style: Style = counts.some(({ outcome }) => BAD.includes(outcome)) ? 'bad' : 'plain';
  const [first = '', ...rest] = wrap(parts.length === 0 ? 'none' : parts.join(', '), Math.max(20, width - LABEL - 10));
  return [
    heading(name, padTo(what, 10) + untied(first), target, style),
    ...rest.map((text) => heading('', ' '.repeat(10) + untied(text), null, style)),
  ];
}

function failureLine(failure: RecentFailure, now: Date, zone: string): OverviewLine {
  const where = failure.instance_name === null ? '' : ` on ${clean(failure.instance_name)}`;
  const kind = failure.kind === 'restore' ? 'restore into ' : '';
  const started = shortTime(failure.started_at, now, zone);
  const text = `  ${padTo(toneText(failure.outcome), 9)} ${started}  ${kind}${nameText(failure.dbname)}${where}  ${nameText(failure.message)}`;
  return line(text, details(failure.kind === 'dump' ? 'dumps' : 'restorelog', failure.id), 'bad');
}

export function runningPart({ overview, now }: AppState, theme: Theme): OverviewPart {
  const { running } = overview;
  if (running === null) return reading('Running');
  return {
    head: [heading('Running', running.length === 0 ? 'nothing' : formatCount(running.length), list('activity'))],
    rows: running.map((row) => runningLine(row, now, theme)),
  };
}

function runningLine(row: NonNullable<OverviewState['running']>[number], now: Date, theme: Theme): OverviewLine {
  const what = `${padTo(row.kind, 7)} ${padTo(nameText(row.subject), 22)}`;
  const text = `  ${what} ${progressText(row, 10, theme.ascii)} ${tookText(row.started_at, now).padStart(7)} ${clean(row.stage)}`;
  return line(text, details('activity', row.id, row), 'accent');
}

const jobText = (job: ScheduledJob): string =>
  `${job.kind === 'dump' ? 'dump of' : 'restore into'} ${nameText(job.dbname)} on ${clean(job.instance_name)}`;
const jobTarget = (job: ScheduledJob): Target => details(job.kind === 'dump' ? 'dumpjobs' : 'restorejobs', job.id);

export function nextRunPart({ overview, now, zone }: AppState): OverviewPart {
  const { forecast } = overview;
  if (forecast === null) return reading('Next runs');
  const moment = (at: Date): string =>
    at.getTime() - now.getTime() < SOON_MS ? clockTime(at, zone) : shortTime(at, now, zone);
  return {
    head: [heading('Next runs', `${formatCount(forecast.jobs)} jobs run by themselves`, list('dumpjobs'))],
    rows: forecast.next.map(({ at, job }) => line(`  ${padTo(moment(at), 11)} ${jobText(job)}`, jobTarget(job))),
  };
}

export function uncoveredPart({ overview }: AppState): OverviewPart {
  const { uncovered } = overview;
  if (uncovered === null) return reading('Not covered');
  const { count, databases } = uncovered;
  const text =
    count === 0
      ? 'every known database has a job'
      : `${formatCount(count)} database${count === 1 ? '' : 's'} without a job`;
  const style = count === 0 ? 'plain' : 'warning';
  return {
    head: [heading('Not covered', text, list('databases', { uncovered: true }, 'without a job'), style)],
    rows: databases.map((database) => {
      const size = padTo(database.size_bytes === null ? '-' : formatBytes(database.size_bytes), 11, 'right');
      return line(
        `  ${size} ${clean(database.name)} on ${clean(database.instance_name)}`,
        details('databases', database.id),
        style,
      );
    }),
  };
}

export function latePart({ overview, now, zone }: AppState): OverviewPart {
  const { forecast } = overview;
  if (forecast === null) return { head: [], rows: [] };
  const { late } = forecast;
  if (late.length === 0) return { head: [heading('Late', 'no job', null)], rows: [] };
  const text = `${formatCount(late.length)} job${late.length === 1 ? '' : 's'} without the good dump that was due`;
  return {
    head: [heading('Late', text, null, 'warning')],
    rows: late
      .slice(0, 20)
      .map(({ due, job }) =>
        line(`  ${padTo(shortTime(due, now, zone), 11)} ${jobText(job)}`, jobTarget(job), 'warning'),
      ),
  };
}

export function repositoryPart({ overview, now, zone }: AppState, theme: Theme): OverviewPart {
  const { repositories, oldestVerified: oldest } = overview;
  if (repositories === null) return reading('Repositories');
  const verified =
    oldest === null
      ? 'no dump is verified beyond being stored'
      : `${shortTime(oldest.started_at, now, zone)}  ${nameText(oldest.dbname)} on ${nameText(oldest.instance_name)}, ${verifiedWord(oldest.verified_level)}`;
  const nameWidth = Math.min(16, Math.max(0, ...repositories.map((each) => widthOf(clean(each.worker_name)))));
  return {
    head: [
      heading('Oldest verified', verified, oldest === null ? null : details('dumps', oldest.id)),
      heading(
        'Repositories',
        repositories.length === 0 ? 'none reported yet' : String(repositories.length),
        list('workers'),
      ),
    ],
    rows: repositories.map((each) => repositoryLine(each, nameWidth, theme)),
  };
}

function repositoryLine(repository: RepositoryState, nameWidth: number, theme: Theme): OverviewLine {
  const { stored_bytes: stored, free_bytes: free, growth_bytes_per_day: growth } = repository;
  const full = free === null || stored + free === 0 ? '' : `${Math.round((stored / (stored + free)) * 100)}% full`;
  const grows = growth === null ? '' : `+${formatBytes(growth)}/day`;
  const text = `  ${padTo(clean(repository.worker_name), nameWidth)} ${padTo(formatBytes(stored), 9, 'right')}, ${padTo(full, 8)} ${padTo(grows, 14)} ${sparkline(repository.added, theme.ascii)}`;
  return line(text, details('workers', repository.worker_id), free !== null && free < stored * 0.05 ? 'bad' : 'plain');
}

export function workerPart({ overview, pulse, now }: AppState): OverviewPart {
  const { unseen } = overview;
  if (unseen === null || pulse === null) return reading('Workers');
  if (pulse.workers === 0) {
    return {
      head: [heading('Workers', 'none; `pgsnapman worker register NAME` makes one', list('workers'), 'warning')],
      rows: [],
    };
  }
  const text = `${pulse.workers - unseen.length} of ${pulse.workers} seen`;
  return {
    head: [heading('Workers', text, list('workers'), unseen.length === 0 ? 'plain' : 'bad')],
    rows: unseen.map((worker) => {
      const seen = worker.last_seen_at === null ? 'never seen' : `last seen ${ago(worker.last_seen_at, now)}`;
      return line(`  ${padTo(clean(worker.name), 16)} ${seen}`, details('workers', worker.id), 'bad');
    }),
  };
}
