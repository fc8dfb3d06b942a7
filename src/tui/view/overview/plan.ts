import { countOf, formatBytes } from '../../../core/text/numbers.ts';
import type { ScheduledJob } from '../../../sql/catalog/overview.ts';
import type { AppState } from '../../state/app-state.ts';
import { clean } from '../../text/clean.ts';
import { padTo } from '../../text/fit.ts';
import { clockTime, shortTime } from '../../text/time.ts';
import { nameText } from '../../text/values.ts';
import { details, heading, line, list, type OverviewPart, reading, type Target } from './part.ts';

/** A run that comes within this time is told by the clock alone. */
const SOON_MS = 20 * 3_600_000;
const LATE_ROWS = 20;

const jobText = (job: ScheduledJob): string =>
  `${job.kind === 'dump' ? 'dump of' : 'restore into'} ${nameText(job.dbname)} on ${clean(job.instance_name)}`;
const jobTarget = (job: ScheduledJob): Target => details(job.kind === 'dump' ? 'dumpjobs' : 'restorejobs', job.id);

export function nextRunPart({ overview, now, zone }: AppState): OverviewPart {
  const { forecast } = overview;
  if (forecast === null) return reading('Next runs');
  const moment = (at: Date): string =>
    at.getTime() - now.getTime() < SOON_MS ? clockTime(at, zone) : shortTime(at, now, zone);
  return {
    head: [
      heading(
        'Next runs',
        `${countOf(forecast.jobs, 'job')} ${forecast.jobs === 1 ? 'runs by itself' : 'run by themselves'}`,
        list('dumpjobs'),
      ),
    ],
    rows: forecast.next.map(({ at, job }) => line(`  ${padTo(moment(at), 11)} ${jobText(job)}`, jobTarget(job))),
  };
}

const nothingUncovered = (anyKnown: boolean): string =>
  anyKnown ? 'every known database has a job' : 'no database is known yet; a worker finds them';

export function uncoveredPart({ overview }: AppState): OverviewPart {
  const { uncovered } = overview;
  if (uncovered === null) return reading('Not covered');
  const { anyKnown, count, databases } = uncovered;
  const text = count === 0 ? nothingUncovered(anyKnown) : `${countOf(count, 'database')} without a job`;
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
  const text = `${countOf(late.length, 'job')} without the good dump that was due`;
  return {
    head: [heading('Late', text, null, 'warning')],
    rows: late
      .slice(0, LATE_ROWS)
      .map(({ due, job }) =>
        line(`  ${padTo(shortTime(due, now, zone), 11)} ${jobText(job)}`, jobTarget(job), 'warning'),
      ),
  };
}
