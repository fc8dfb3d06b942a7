import { type Haltable, setStatus } from '../../sql/catalog/job-actions.ts';
import type { ListRow } from '../list/list-state.ts';
import { numericIds, type Program, say, subjectOf, subjectText } from './program.ts';

const TABLES: Readonly<Record<string, Haltable>> = {
  dumpjobs: 'dump_job',
  restorejobs: 'restore_job',
  instances: 'instance',
  workers: 'worker',
};

/** Halts what is active, activates what is halted; several rows all become what the first one becomes. */
export async function haltOrActivate(program: Program): Promise<void> {
  const subject = subjectOf(program.store.get());
  const table = subject === null ? undefined : TABLES[subject.screen.id];
  const [first] = (subject?.rows ?? []) as readonly (ListRow & { status: string; finished_at?: Date | null })[];
  if (subject === null || table === undefined || first === undefined)
    return say(program, 'there is nothing here to halt', 'warning');
  if (subject.ids.length === 1 && first.finished_at)
    return say(program, 'this job has finished; r runs it once more', 'warning');
  const status = first.status === 'halted' ? 'active' : 'halted';
  let changed: number[] = [];
  const done = await program.session.act(async (catalog) => {
    changed = await setStatus(catalog, table, numericIds(subject.ids), status);
  });
  if (!done) return;
  const word = status === 'halted' ? 'halted' : 'activated';
  const undo = status === 'halted' ? 'activates' : 'halts';
  if (changed.length === 0) return say(program, `${subjectText(subject)}: ${word} already`, 'warning');
  const what =
    changed.length === subject.ids.length ? subjectText(subject) : `${changed.length} of ${subjectText(subject)}`;
  say(program, `${what} ${word}; t ${undo} again`);
}
