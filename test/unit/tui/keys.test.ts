import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Command, KeyContext } from '../../../src/tui/keys/command.ts';
import { COMMANDS, commandFor } from '../../../src/tui/keys/commands.ts';
import { meaningOf, meaningOfPaste } from '../../../src/tui/keys/dispatcher.ts';
import { helpGroups, hintsFor } from '../../../src/tui/keys/help.ts';
import { type InkKey, keyLabel, keyName } from '../../../src/tui/keys/key-name.ts';
import { keysDocument } from '../../../src/tui/keys/keys-document.ts';
import { initialState } from '../../../src/tui/state/app-state.ts';
import { openLayer } from '../../../src/tui/state/changes.ts';
import { fieldText, newField } from '../../../src/tui/text/text-field.ts';

const commands: readonly Command[] = COMMANDS;
const state = initialState({ columns: 80, rows: 24 }, new Date(0), 'UTC', false);
const NO_KEY: InkKey = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageUp: false,
  pageDown: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  tab: false,
  backspace: false,
  delete: false,
  ctrl: false,
  shift: false,
  meta: false,
};

describe('the registry of keys', () => {
  it('gives a key one meaning in each place', () => {
    const seen = new Set<string>();
    for (const { keys, contexts } of commands) {
      for (const key of keys) {
        for (const context of contexts) {
          expect(seen, `${key} in ${context}`).not.toContain(`${context} ${key}`);
          seen.add(`${context} ${key}`);
        }
      }
    }
  });

  it('has no function keys, and a way out everywhere', () => {
    const contexts = new Set<KeyContext>(commands.flatMap((command) => command.contexts));
    for (const context of contexts) expect(commandFor('ctrl+c', context)?.id).toBe('quit');
    expect(commands.flatMap(({ keys }) => keys).filter((key) => /^f\d/.test(key))).toEqual([]);
  });

  it('is what the help and the hints show', () => {
    const shown = helpGroups().flatMap(({ entries }) => entries);
    expect(shown.length).toBe(commands.length);
    const hints = hintsFor('list', (command) => command.screens === undefined);
    expect(hints[0]).toEqual({ key: 'Enter', text: 'details' });
    expect(hints.map(({ key }) => key)).toContain('?');
  });

  it('is what docs/keys.md says (node scripts/write-keys.mjs)', () => {
    expect(readFileSync(new URL('../../../docs/keys.md', import.meta.url), 'utf8')).toBe(keysDocument());
  });
});

describe('names of keys', () => {
  it('are what the registry uses', () => {
    expect(keyName('', { ...NO_KEY, pageDown: true })).toBe('pagedown');
    expect(keyName('r', { ...NO_KEY, ctrl: true })).toBe('ctrl+r');
    expect(keyName(' ', NO_KEY)).toBe('space');
    expect(keyName('', { ...NO_KEY, tab: true, shift: true })).toBe('shift+tab');
    expect(keyName('q', { ...NO_KEY, meta: true })).toBeNull();
    expect(keyName('q', { ...NO_KEY, eventType: 'release' })).toBeNull();
    expect(keyLabel('ctrl+r')).toBe('Ctrl+R');
  });
});

describe('the dispatcher', () => {
  const filter = openLayer(state, { kind: 'prompt', purpose: 'filter', field: newField('sh'), before: '' });

  it('finds commands on a screen, and says so where a key has none', () => {
    expect(meaningOf(state, '6')).toMatchObject({ kind: 'command', command: { id: 'screen.dumps' } });
    expect(meaningOf(state, 'Z')).toMatchObject({ kind: 'nothing', say: 'Z means nothing here; ? shows the keys' });
    expect(meaningOf(state, 'escape')).toMatchObject({ kind: 'nothing' });
  });

  it('gives text to the field on top, and commands only what types nothing', () => {
    const typed = meaningOf(filter, '6');
    expect(typed.kind === 'edit' && fieldText(typed.field)).toBe('sh6');
    expect(meaningOf(filter, 'enter')).toMatchObject({ kind: 'command', command: { id: 'filter.apply' } });
    const shorter = meaningOf(filter, 'backspace');
    expect(shorter.kind === 'edit' && fieldText(shorter.field)).toBe('s');
  });

  it('takes every key but y for no where it asks', () => {
    const asked = openLayer(state, { kind: 'confirm', question: 'run?', yes: () => {} });
    expect(meaningOf(asked, 'enter').kind).toBe('no');
    expect(meaningOf(asked, 'y')).toMatchObject({ kind: 'command', command: { id: 'confirm.yes' } });
  });

  it('pastes into a field as one clean line, and nowhere else', () => {
    const pasted = meaningOfPaste(filter, 'o\u001b[31mp\r\nx');
    expect(pasted.kind === 'edit' && fieldText(pasted.field)).toBe('sho[31mp x');
    expect(meaningOfPaste(state, 'q').kind).toBe('nothing');
  });
});
