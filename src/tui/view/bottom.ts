import { gotoCandidates } from '../actions/prompts.ts';
import type { Command } from '../keys/command.ts';
import { keyContext } from '../keys/context.ts';
import { type Hint, hintsFor } from '../keys/help.ts';
import { type AppState, currentList, currentView, topLayer } from '../state/app-state.ts';
import { cut, widthOf } from '../text/fit.ts';
import { fieldText } from '../text/text-field.ts';
import type { Theme } from '../theme/theme.ts';
import { promptLine } from './prompt-line.ts';

/** Stands behind a question, however long that is. */
const YES_OR_NO = ' y/N';

/** The rule, the line for messages and typing, and the hints. */
export function bottomLines(state: AppState, theme: Theme): string[] {
  const { columns } = state.size;
  return [
    theme.paint('dim', theme.symbols.line.repeat(columns)),
    messageLine(state, columns, theme),
    hintLine(state, columns, theme),
  ];
}

function messageLine(state: AppState, width: number, theme: Theme): string {
  const layer = topLayer(state);
  const short = (text: string): string => cut(text, width, theme.symbols.ellipsis);
  if (layer?.kind === 'prompt') return promptLine(layer.purpose === 'filter' ? '/' : ':', layer.field, width, theme);
  if (layer?.kind === 'confirm') {
    const question = cut(layer.question, width - YES_OR_NO.length, theme.symbols.ellipsis);
    return theme.paint('warning', question + YES_OR_NO);
  }
  if (state.flash !== null) {
    const { text, level } = state.flash;
    const [sign, style] =
      level === 'info' ? (['', 'plain'] as const) : (['! ', level === 'error' ? 'bad' : 'warning'] as const);
    return theme.paint(style, short(sign + text));
  }
  if (state.connection.state === 'lost') {
    const what = `! the catalog is not reachable: ${state.connection.message ?? ''}; what you see is from before, trying again`;
    return theme.paint('bad', short(what));
  }
  if (state.connection.slow) {
    return theme.paint('warning', short('! the catalog has not answered for some seconds; waiting'));
  }
  const error = currentList(state)?.error ?? (currentView(state).kind === 'overview' ? state.overview.error : null);
  return error === null ? '' : theme.paint('bad', short(`! ${error}`));
}

function hintLine(state: AppState, width: number, theme: Theme): string {
  const layer = topLayer(state);
  if (layer?.kind === 'prompt' && layer.purpose === 'goto') return candidatesLine(fieldText(layer.field), width, theme);
  const hints = hintsFor(keyContext(state), (command) => isUsable(state, command));
  const paint = ({ key, text }: Hint): string => `${theme.paint('key', key)} ${text}`;
  const needs = ({ key, text }: Hint): number => widthOf(`${key} ${text}  `);
  // Whoever is lost needs the last one most.
  const help = hints.filter(({ key }) => key === '?');
  let room = width - help.reduce((sum, hint) => sum + needs(hint), 0) + 2;
  const shown: Hint[] = [];
  for (const hint of hints) {
    if (help.includes(hint) || needs(hint) > room) continue;
    room -= needs(hint);
    shown.push(hint);
  }
  return [...shown, ...help].map(paint).join('  ');
}

/** Can be done on this screen at all; whether it can be done to this very row shows when it is tried. */
function isUsable(state: AppState, command: Command): boolean {
  if (command.instead !== undefined) return false;
  if (command.group === 'Actions' && state.connection.readOnly) return false;
  if (command.screens === undefined) return true;
  const view = currentView(state);
  return view.kind !== 'overview' && command.screens.includes(view.screen);
}

function candidatesLine(text: string, width: number, theme: Theme): string {
  const found = text.trimStart().includes(' ') ? [] : gotoCandidates(text);
  if (found.length === 0) {
    const help = text.trimStart().includes(' ') ? 'words after the name are a filter' : 'no screen begins like this';
    return theme.paint('dim', cut(help, width, theme.symbols.ellipsis));
  }
  const names = found.map(({ name, digit }) => (digit === null ? name : `${digit} ${name}`)).join('  ');
  return theme.paint('dim', cut(names, width, theme.symbols.ellipsis));
}
