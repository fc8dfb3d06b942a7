import { formatCount } from '../../core/text/numbers.ts';
import type { ListState } from '../list/list-state.ts';
import { listScreen } from '../screens/screens.ts';
import { COUNT_LIMIT } from '../session/tasks.ts';
import { type AppState, topLayer, type View } from '../state/app-state.ts';
import { clean } from '../text/clean.ts';
import { cut, widthOf } from '../text/fit.ts';
import { clockTime } from '../text/time.ts';
import type { Theme } from '../theme/theme.ts';

/** A piece of a line with its look, so that its width is known before it is painted. */
interface Piece {
  text: string;
  paint(text: string): string;
}

const ROOM_FOR_OUR_NAME = 76;

const plainPiece = (text: string): Piece => ({ text, paint: (same) => same });

/** `left … right` in exactly the width; where room is short the right part goes. */
function spread(left: readonly Piece[], right: readonly Piece[], width: number, theme: Theme): string {
  const widthOfAll = (pieces: readonly Piece[]): number => pieces.reduce((sum, { text }) => sum + widthOf(text), 0);
  const paintAll = (pieces: readonly Piece[]): string => pieces.map(({ text, paint }) => paint(text)).join('');
  const gap = width - widthOfAll(left) - widthOfAll(right);
  if (gap >= 2) return paintAll(left) + ' '.repeat(gap) + paintAll(right);
  let room = width;
  const kept = left.map(({ text, paint }) => {
    const short = cut(text, room, theme.symbols.ellipsis);
    room -= widthOf(short);
    return { text: short, paint };
  });
  return paintAll(kept);
}

function modeOf({ state, slow, readOnly }: AppState['connection']): string {
  if (state !== 'connected') return state.toUpperCase();
  if (slow) return 'SLOW';
  return readOnly ? 'RO' : 'RW';
}

/** `pgsnapman  catalog@db0 [RW]   workers 3/3   running 2   failed 1         03:12`. */
export function headerLine(state: AppState, theme: Theme): string {
  const { connection, pulse, now, zone, size } = state;
  const bold = (text: string): string => theme.paint('bold', text);
  // The narrowest terminals have no room for our own name.
  const ownName = size.columns < ROOM_FOR_OUR_NAME ? [] : [{ text: 'pgsnapman', paint: bold }, plainPiece('  ')];
  const left: Piece[] = [
    ...ownName,
    plainPiece(`${connection.name} `),
    {
      text: `[${modeOf(connection)}]`,
      paint: (text) => theme.paint(connection.state === 'lost' ? 'bad' : 'plain', text),
    },
    ...(state.frozen ? [{ text: ' [frozen]', paint: (text: string) => theme.paint('warning', text) }] : []),
  ];
  if (pulse !== null) {
    const unseen = pulse.workers_seen < pulse.workers;
    left.push(
      {
        text: `   workers ${pulse.workers_seen}/${pulse.workers}`,
        paint: (text) => theme.paint(unseen ? 'bad' : 'plain', text),
      },
      plainPiece(`   running ${formatCount(pulse.running)}`),
      {
        text: `   failed ${formatCount(pulse.failed)}`,
        paint: (text) => theme.paint(pulse.failed > 0 ? 'bad' : 'plain', text),
      },
    );
  }
  // Before that the zone is not known either.
  const right = connection.state === 'connecting' ? [] : [plainPiece(clockTime(now, zone))];
  return spread(left, right, size.columns, theme);
}

/** Where we are, and which part of it is on the screen. */
export function titleLine(state: AppState, place: string, theme: Theme): string {
  const path = topLayer(state)?.kind === 'help' ? ['Help'] : pathOf(state.stack);
  const left: Piece = { text: path.join(` ${theme.symbols.into} `), paint: (text) => theme.paint('heading', text) };
  const right: Piece = { text: place, paint: (text) => theme.paint('dim', text) };
  return spread([left], place === '' ? [] : [right], state.size.columns, theme);
}

/** The overview is where everything begins, so it is only named when we are there. */
function pathOf(stack: readonly View[]): string[] {
  const views = stack.length > 1 ? stack.slice(1) : stack;
  return views.flatMap((view, index) => {
    if (view.kind === 'overview') return ['Overview'];
    const { title } = listScreen(view.screen);
    if (view.kind === 'list') return view.name === null ? [title] : [title, clean(view.name)];
    return index === 0 ? [title, view.name] : [view.name];
  });
}

/** How much is listed, by which filter, in which order. */
export function listPlace(list: ListState): string {
  const { pages, sorts } = listScreen(list.screen);
  const descending = (pages.sorts[list.sort]?.[0]?.descending ?? false) !== list.reversed;
  const count = (value: number | null): string =>
    value === null ? '?' : value >= COUNT_LIMIT ? `over ${formatCount(COUNT_LIMIT - 1)}` : formatCount(value);
  const counts = list.filter === '' ? count(list.total) : `${count(list.matching)} of ${count(list.total)}`;
  return [
    ...(list.marks.size === 0 ? [] : [`${formatCount(list.marks.size)} marked`]),
    counts,
    ...(list.filter === '' ? [] : [`/${clean(list.filter)}`]),
    `sort: ${sorts[list.sort] ?? list.sort} ${descending ? 'v' : '^'}`,
  ].join('   ');
}
