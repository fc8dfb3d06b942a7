import { errorText, PgSnapManError } from '../../core/errors.ts';
import { parseSchedule } from '../../core/schedule/parse-schedule.ts';
import { setSchedule } from '../../sql/catalog/job-actions.ts';
import type { DumpJobRow } from '../screens/dump-jobs.ts';
import { topLayer } from '../state/app-state.ts';
import { changeLayer, closeLayer, openLayer } from '../state/changes.ts';
import type { ScheduleLayer } from '../state/layers.ts';
import { clean } from '../text/clean.ts';
import { fieldText, newField } from '../text/text-field.ts';
import { type Program, say, subjectOf, subjectText } from './program.ts';

/** Opens the editor on the schedule of one repeat job. */
export function editSchedule(program: Program): void {
  const subject = subjectOf(program.store.get());
  const [row] = (subject?.rows ?? []) as unknown as readonly DumpJobRow[];
  if (subject === null || row === undefined) {
    say(program, 'there is no job here', 'warning');
    return;
  }
  if (subject.ids.length > 1) {
    say(program, 'one schedule at a time: \\ takes the marks away', 'warning');
    return;
  }
  if (row.schedule === null) {
    const why = row.job_type === 'single' ? 'a single job runs once' : 'a triggered job runs after a dump';
    say(program, `${why}, it has no schedule`, 'warning');
    return;
  }
  const before = clean(row.schedule);
  const table = subject.screen.id === 'dumpjobs' ? 'dump_job' : 'restore_job';
  program.store.update((state) =>
    openLayer(state, {
      kind: 'schedule',
      title: `schedule of ${subjectText(subject)}`,
      field: newField(before),
      before,
      zone: row.timezone,
      error: null,
      save: (schedule) => void save(program, table, row.id, before, schedule),
    }),
  );
}

async function save(
  program: Program,
  table: 'dump_job' | 'restore_job',
  id: number,
  before: string,
  schedule: string,
): Promise<void> {
  let changed = false;
  const done = await program.session.act(async (catalog) => {
    changed = await setSchedule(catalog, table, id, schedule);
  });
  // What was typed stays on the screen until it is saved.
  if (!done) return;
  program.store.update((state) => (topLayer(state)?.kind === 'schedule' ? closeLayer(state) : state));
  if (!changed) return say(program, `job ${id} is no repeat job any more, or it is gone`, 'error');
  say(program, `job ${id} runs "${schedule}" from now on; it was "${before}"`);
}

/** What is wrong with a schedule, in words; null: nothing. */
export function scheduleProblem(text: string): string | null {
  if (text.trim() === '') return 'write five fields (minute, hour, day of month, month, day of week), or @daily';
  try {
    parseSchedule(text);
    return null;
  } catch (error) {
    const hint = error instanceof PgSnapManError && error.hint !== undefined ? `; ${error.hint}` : '';
    return clean(errorText(error) + hint);
  }
}

export function saveTyped(program: Program, layer: ScheduleLayer): void {
  const schedule = fieldText(layer.field).trim();
  const error = scheduleProblem(schedule);
  if (error !== null) {
    program.store.update((state) => changeLayer(state, 'schedule', (now) => ({ ...now, error })));
    return;
  }
  if (schedule === layer.before) {
    program.store.update(closeLayer);
    say(program, 'the schedule is as it was');
    return;
  }
  layer.save(schedule);
}

/** Escape: what was typed is not lost without a question. */
export function leaveEditor(program: Program, layer: ScheduleLayer): void {
  if (fieldText(layer.field) === layer.before) {
    program.store.update(closeLayer);
    return;
  }
  program.store.update((state) =>
    openLayer(state, {
      kind: 'confirm',
      question: 'leave without saving what you typed?',
      yes: () => program.store.update(closeLayer),
    }),
  );
}
