import type { ReactElement } from 'react';
import { scheduleProblem } from '../actions/edit-schedule.ts';
import { nextRuns } from '../schedule/next-runs.ts';
import { scheduleInWords } from '../schedule/words.ts';
import type { ScheduleLayer } from '../state/layers.ts';
import { cut } from '../text/fit.ts';
import { fieldText } from '../text/text-field.ts';
import { runTime } from '../text/time.ts';
import { SCHEDULE_HEIGHT } from '../view/panel-size.ts';
import { promptLine } from '../view/prompt-line.ts';
import { Lines } from './line.tsx';
import { PanelFrame } from './panel-frame.tsx';
import { SmallTable } from './small-table.tsx';
import { useTheme } from './theme-context.ts';

const RUNS = 5;

/** The expression, what it means, and when it would run: by the clocks of the job and by the viewer's. */
export function ScheduleEditor({
  layer,
  width,
  height,
  now,
  zone,
}: {
  layer: ScheduleLayer;
  width: number;
  height: number;
  now: Date;
  zone: string;
}): ReactElement {
  const theme = useTheme();
  const text = fieldText(layer.field);
  const problem = layer.error ?? scheduleProblem(text);
  const short = (line: string): string => cut(line, width, theme.symbols.ellipsis);
  const words = problem === null ? (scheduleInWords(text) ?? '') : problem;
  return (
    <PanelFrame title={layer.title} width={width} height={height}>
      <Lines
        lines={[
          promptLine('schedule: ', layer.field, width, theme),
          theme.paint(problem === null ? 'good' : 'bad', short(problem === null ? words : `! ${words}`)),
        ]}
      />
      {problem === null ? (
        <Runs text={text} jobZone={layer.zone} viewerZone={zone} now={now} roomy={height >= SCHEDULE_HEIGHT.full} />
      ) : null}
    </PanelFrame>
  );
}

function Runs({
  text,
  jobZone,
  viewerZone,
  now,
  roomy,
}: {
  text: string;
  jobZone: string | null;
  viewerZone: string;
  now: Date;
  roomy: boolean;
}): ReactElement | null {
  const runs = runsOf(text, jobZone ?? viewerZone, now);
  const job = jobZone ?? "the worker's machine, if its clock is as here";
  const there = `next runs in ${job}`;
  const here = `here (${viewerZone})`;
  const rows = runs.map((run) => ({ [there]: runTime(run, jobZone ?? viewerZone), [here]: runTime(run, viewerZone) }));
  const columns = jobZone === null || jobZone === viewerZone ? [there] : [there, here];
  if (roomy) return <SmallTable columns={columns} rows={rows} />;
  return <Lines lines={rows.map((row) => columns.map((column) => row[column]).join('   '))} />;
}

function runsOf(text: string, zone: string, now: Date): Date[] {
  try {
    return nextRuns(text, zone, now, RUNS);
  } catch {
    return [];
  }
}
