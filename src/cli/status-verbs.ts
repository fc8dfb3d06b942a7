import type { Command } from 'commander';
import { countOf } from '../core/text/numbers.ts';
import type { Haltable } from '../sql/catalog/job-actions.ts';
import { addVerb, type TreeSettings } from './command-tree.ts';
import type { Context } from './context.ts';
import type { Subject } from './verbs.ts';

interface Changed {
  id: number;
  status: 'active' | 'halted';
  /** False: it was so already. */
  changed: boolean;
}

/**
 * Adds `halt` and `activate` to a noun, for one or several. Activating a single job that has finished runs it again.
 * @param what such as `dump job`
 */
export function addStatusVerbs(
  noun: Command,
  settings: TreeSettings,
  what: string,
  table: Haltable,
  subject: Subject<{ id: number }>,
): void {
  const spec = `<${subject.argument}...>`;
  addVerb(noun, settings, `halt ${spec}`, `halt a ${what} or several`, (context, references) =>
    change(context, what, table, subject, references, 'halted'),
  );
  const again = table.endsWith('_job') ? '; a single one that has finished runs again' : '';
  addVerb(noun, settings, `activate ${spec}`, `activate a ${what} or several${again}`, (context, references) =>
    change(context, what, table, subject, references, 'active'),
  );
}

async function change(
  { output, withCatalog }: Context,
  what: string,
  table: Haltable,
  { check, find }: Subject<{ id: number }>,
  references: readonly string[],
  status: 'active' | 'halted',
): Promise<void> {
  for (const reference of references) check?.(reference);
  const { runAgain, setStatus } = await import('../sql/catalog/job-actions.ts');
  const rows = await withCatalog((catalog) =>
    catalog.transaction(async (): Promise<Changed[]> => {
      const ids: number[] = [];
      for (const reference of references) ids.push((await find(catalog, reference)).id);
      const changed = new Set(await setStatus(catalog, table, ids, status));
      if (status === 'active' && (table === 'dump_job' || table === 'restore_job')) {
        for (const id of await runAgain(catalog, table, ids)) changed.add(id);
      }
      return ids.map((id) => ({ id, status, changed: changed.has(id) }));
    }),
  );
  const changed = rows.filter((row) => row.changed).length;
  const was =
    changed === rows.length
      ? ''
      : `, ${rows.length - changed} ${rows.length - changed === 1 ? 'was' : 'were'} so already`;
  output.result(`${countOf(changed, what)} ${status === 'active' ? 'activated' : 'halted'}${was}`, rows);
}
