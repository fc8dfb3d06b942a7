import { formatCount } from '../../../core/text/numbers.ts';
import type { OutcomeCount, RecentFailure } from '../../../sql/catalog/overview.ts';
import { progressText } from '../../screens/activity.ts';
import type { AppState, OverviewState } from '../../state/app-state.ts';
import { clean } from '../../text/clean.ts';
import { padTo, wrap } from '../../text/fit.ts';
import { shortTime } from '../../text/time.ts';
import { nameText, tookText } from '../../text/values.ts';
import type { Style, Theme } from '../../theme/theme.ts';
import { toneOf, toneText } from '../../theme/tones.ts';
import {
  details,
  heading,
  LABEL,
  line,
  list,
  type OverviewLine,
  type OverviewPart,
  reading,
  type Target,
} from './part.ts';

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
