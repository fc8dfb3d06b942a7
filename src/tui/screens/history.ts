import type { RunSummary } from '../../sql/catalog/result-details.ts';
import type { CellContext } from '../list/columns.ts';
import { shortTime } from '../text/time.ts';
import { nameText, tookText } from '../text/values.ts';
import { toneOf, toneText } from '../theme/tones.ts';
import { blank, heading } from './detail-lines.ts';
import type { Detail } from './screen.ts';

/** The newest runs of a job, a line each. */
export function historyLines(
  title: string,
  runs: readonly RunSummary[] | null | undefined,
  { now, zone }: CellContext,
): Detail[] {
  if (runs === null || runs === undefined || runs.length === 0) return [];
  return [
    blank,
    heading(title),
    ...runs.map(
      (run): Detail => ({
        text: [
          `  ${toneText(run.outcome).padEnd(11)}`,
          shortTime(run.started_at, now, zone),
          tookText(run.started_at, run.ended_at).padStart(7),
          run.message === null ? '' : nameText(run.message),
        ]
          .join('  ')
          .trimEnd(),
        style: toneOf(run.outcome).style,
      }),
    ),
  ];
}
