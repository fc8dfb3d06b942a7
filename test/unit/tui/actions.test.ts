import { beforeEach, describe, expect, it } from 'vitest';
import type { Program } from '../../../src/tui/actions/program.ts';
import { hindranceOf } from '../../../src/tui/actions/run-now.ts';
import { pasteText, pressKey } from '../../../src/tui/keys/press.ts';
import { type AppState, currentList, currentView, topLayer } from '../../../src/tui/state/app-state.ts';
import { createStore, type Store } from '../../../src/tui/state/store.ts';
import { fieldText } from '../../../src/tui/text/text-field.ts';
import { detailsState, listState, overviewState, sampleRows } from './sample-state.ts';

let statements: { sql: string; parameters: readonly unknown[] }[];
let quits: number;
let store: Store;
let program: Program;

/** A catalog that says yes to everything. */
const catalog = {
  async rows(sql: string, parameters: readonly unknown[] = []) {
    statements.push({ sql, parameters });
    return (parameters[0] as number[]).map((id) => ({ id }));
  },
  async execute(sql: string, parameters: readonly unknown[] = []) {
    statements.push({ sql, parameters });
    return 1;
  },
};

function begin(state: AppState): void {
  statements = [];
  quits = 0;
  store = createStore(state);
  program = {
    store,
    session: {
      start: async () => {},
      stop: async () => {},
      act: async (work) => {
        await work(catalog as never);
        return true;
      },
    },
    quit: () => {
      quits++;
    },
    repaint: () => {},
    copy: () => {},
  };
}

async function press(...keys: string[]): Promise<void> {
  for (const key of keys) pressKey(program, key);
  await new Promise((resolve) => setImmediate(resolve));
}

const said = (): string => store.get().flash?.text ?? '';
beforeEach(() => begin(listState('dumpjobs', 80)));

describe('going from screen to screen', () => {
  it('leads by digits everywhere and back again', async () => {
    for (const [digit, screen] of [
      ['2', 'workers'],
      ['6', 'dumps'],
      ['9', 'messages'],
      ['0', 'activity'],
    ] as const) {
      await press(digit);
      expect(currentView(store.get())).toMatchObject({ kind: 'list', screen });
    }
    await press('-');
    expect(currentView(store.get())).toMatchObject({ screen: 'messages' });
    await press('q');
    expect(currentView(store.get()).kind).toBe('overview');
    await press('escape');
    expect([quits, said()]).toEqual([0, 'there is nothing to go back to; q ends the program']);
    await press('q');
    expect(quits).toBe(1);
  });

  it('goes to a name with a filter', async () => {
    await press(':', ...'dumps', 'space', ...'shop', 'enter');
    expect(currentView(store.get())).toMatchObject({ screen: 'dumps' });
    expect(currentList(store.get())?.filter).toBe('shop');
    await press(':', ...'nowhere', 'enter');
    expect(said()).toContain('there is no screen "nowhere"');
    await press(':', ...'mes', 'tab');
    const layer = topLayer(store.get());
    expect(layer?.kind === 'prompt' && fieldText(layer.field)).toBe('messages ');
  });

  it('opens details from a list and from the overview, and what is related', async () => {
    await press('enter');
    expect(currentView(store.get())).toMatchObject({ kind: 'details', screen: 'dumpjobs', id: 2 });
    await press('enter');
    expect(topLayer(store.get())).toMatchObject({ kind: 'menu' });
    begin(overviewState(80));
    await press('G', 'enter');
    expect(currentView(store.get()).kind).toBe('details');
  });

  it('takes a filter back with Escape', async () => {
    await press('/', 'x', 'y', 'escape');
    expect(currentList(store.get())?.filter).toBe('');
    await press('/', ...'shop', 'enter');
    expect(currentList(store.get())).toMatchObject({ filter: 'shop', wanted: 'first' });
    pasteText(program, 'ignored');
    expect(said()).toBe('there is nothing to paste into here');
  });
});

describe('halting and activating', () => {
  it('needs no question, and says the way back', async () => {
    await press('t');
    expect(statements[0]?.parameters).toEqual([[2], 'active']);
    expect(said()).toContain('activated; t halts again');
  });

  it('makes all marked rows what the first one becomes', async () => {
    await press('g', 'space', 'space', 't');
    expect(statements[0]?.parameters).toEqual([[1, 2], 'halted']);
    expect(said()).toBe('2 dump jobs halted; t activates again');
  });

  it('is refused where nothing can be changed', async () => {
    store.update((state) => ({ ...state, connection: { ...state.connection, readOnly: true } }));
    await press('t');
    expect(statements).toEqual([]);
    expect(said()).toBe('this is read only: nothing can be changed from here');
  });
});

describe('running a job', () => {
  it('asks first, and does nothing unless the answer is y', async () => {
    await press('r');
    expect(topLayer(store.get())).toMatchObject({ kind: 'confirm' });
    await press('enter');
    expect([statements.length, said()]).toEqual([0, 'nothing was done']);
  });

  it('says what is in the way', () => {
    const [row] = sampleRows('dumpjobs');
    const job = { ...row } as unknown as Parameters<typeof hindranceOf>[1];
    expect(hindranceOf('dump_job', job)).toBeNull();
    expect(hindranceOf('dump_job', { ...job, running_stage: 'copying' })).toBe('job 1 is running already');
    expect(hindranceOf('dump_job', { ...job, worker_status: 'halted' })).toBe('worker w1 is halted');
    expect(hindranceOf('restore_job', { ...job, job_type: 'trigger' })).toContain('run that dump job');
  });

  it('is not for dumps, and what is not there yet names the command', async () => {
    begin(listState('dumps', 80));
    await press('r');
    expect(said()).toBe('run the job now (asks): only on dump jobs, restore jobs');
    await press('D');
    expect(said()).toContain('use `pgsnapman … delete`');
  });
});

describe('keeping dumps', () => {
  it('offers a choice', async () => {
    begin(detailsState('dumps', 80, null));
    await press('K');
    const menu = topLayer(store.get());
    expect(menu?.kind).toBe('menu');
    if (menu?.kind === 'menu') menu.choices[0]?.choose();
    await press();
    expect(statements[0]?.parameters).toEqual([[2], 'yes']);
  });

  it('asks for a name before several are dropped', async () => {
    begin(listState('dumps', 80));
    await press('g', 'space', 'space', 'K');
    const menu = topLayer(store.get());
    store.update((state) => ({ ...state, layers: [] }));
    if (menu?.kind === 'menu') menu.choices[1]?.choose();
    expect(topLayer(store.get())).toMatchObject({ kind: 'dialog', focus: 'cancel', name: 'drop 2' });
    await press('tab', 'tab', 'enter');
    expect([statements.length, said()]).toEqual([0, 'type drop 2 into the field first']);
    await press('tab', 'tab', ...'drop', 'space', '2', 'tab', 'enter');
    expect(statements[0]?.parameters).toEqual([[1, 2], 'no']);
  });
});

describe('editing a schedule', () => {
  it('does not save what cannot be read, and asks before losing what was typed', async () => {
    await press('e', 'x', 'enter');
    expect(topLayer(store.get())).toMatchObject({ kind: 'schedule', error: expect.stringContaining('cannot be used') });
    await press('escape');
    expect(topLayer(store.get())).toMatchObject({ kind: 'confirm' });
    await press('n');
    expect(topLayer(store.get())).toMatchObject({ kind: 'schedule' });
    await press('escape', 'y');
    expect(topLayer(store.get())).toBeNull();
  });

  it('saves, and says what it was', async () => {
    await press('e', 'ctrl+u', ...'@daily', 'enter');
    expect(statements[0]?.parameters).toEqual([2, '@daily']);
    expect(said()).toBe('job 2 runs "@daily" from now on; it was "4 3 * * *"');
  });

  it('closes at once when nothing was typed', async () => {
    await press('e', 'escape');
    expect(topLayer(store.get())).toBeNull();
  });
});
