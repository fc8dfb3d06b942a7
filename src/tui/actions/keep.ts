import { formatBytes } from '../../core/text/numbers.ts';
import { setKeep } from '../../sql/catalog/job-actions.ts';
import type { DumpListRow } from '../../sql/catalog/pages/dump-pages.ts';
import { openLayer } from '../state/changes.ts';
import { clean } from '../text/clean.ts';
import { newField } from '../text/text-field.ts';
import { numericIds, type Program, type Subject, say, subjectOf, subjectText } from './program.ts';

type Keep = DumpListRow['keep'];

const MEANINGS: readonly (readonly [Keep, string])[] = [
  ['yes', 'yes: keep it whatever retention says'],
  ['no', 'no: drop it at the next cleaning'],
  ['auto', 'auto: retention decides'],
];

/** A choice; several dumps that are to be dropped need more than a key. */
export function chooseKeep(program: Program): void {
  const subject = subjectOf(program.store.get());
  const [first] = (subject?.rows ?? []) as unknown as readonly DumpListRow[];
  if (subject === null || first === undefined) {
    say(program, 'there is no dump here', 'warning');
    return;
  }
  const choices = MEANINGS.map(([keep, label]) => ({
    label,
    choose: () =>
      keep === 'no' && subject.ids.length > 1 ? confirmDrop(program, subject) : void apply(program, subject, keep),
  }));
  program.store.update((state) =>
    openLayer(state, {
      kind: 'menu',
      title: `keep ${subjectText(subject)}?`,
      choices,
      initial: Math.max(
        0,
        MEANINGS.findIndex(([keep]) => keep === first.keep),
      ),
    }),
  );
}

async function apply(program: Program, subject: Subject, keep: Keep): Promise<void> {
  const before = (subject.rows as unknown as readonly DumpListRow[])[0]?.keep;
  let changed: number[] = [];
  const done = await program.session.act(async (catalog) => {
    changed = await setKeep(catalog, numericIds(subject.ids), keep);
  });
  if (!done) return;
  if (changed.length === 0) return say(program, `${subjectText(subject)}: keep is ${keep} already`, 'warning');
  const effect = keep === 'no' ? ', dropped at the next cleaning' : '';
  say(program, `${subjectText(subject)}: keep ${keep}${effect}; K ${before ?? 'auto'} takes it back`);
}

function confirmDrop(program: Program, subject: Subject): void {
  const rows = subject.rows as unknown as readonly DumpListRow[];
  const databases = [...new Set(rows.map(({ dbname }) => clean(dbname ?? 'whole clusters')))];
  const bytes = rows.reduce((sum, { raw_bytes }) => sum + (raw_bytes ?? 0), 0);
  const [only] = databases;
  program.store.update((state) =>
    openLayer(state, {
      kind: 'dialog',
      title: `drop ${subject.ids.length} dumps at the next cleaning`,
      review: [
        { what: 'dumps', is: String(subject.ids.length) },
        { what: 'of', is: databases.length === 1 ? (only ?? '-') : `${databases.length} databases` },
        { what: 'size', is: `${formatBytes(bytes)}${rows.length < subject.ids.length ? ' and more' : ''}` },
      ],
      effect: 'the next cleaning removes them; until then K auto takes it back',
      name: databases.length === 1 && only !== undefined && only !== '' ? only : `drop ${subject.ids.length}`,
      field: newField(),
      focus: 'cancel',
      confirmLabel: 'drop them',
      confirm: () => void apply(program, subject, 'no'),
    }),
  );
}
