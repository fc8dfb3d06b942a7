import type { DialogLayer, MenuLayer, ScheduleLayer } from '../state/layers.ts';

/** Heights with a framed table, and with plain lines where there is less room. */
export interface PanelHeights {
  full: number;
  compact: number;
}

/** A rule and a title. */
const TOP = 2;
export const MENU_ROWS = 8;
/** Field, meaning, five runs. */
export const SCHEDULE_HEIGHT: PanelHeights = { full: TOP + 2 + (2 * 5 + 3), compact: TOP + 2 + 5 };

export function dialogHeight(layer: DialogLayer): PanelHeights {
  const rows = layer.review.length;
  // Effect, field, buttons.
  return { full: TOP + 2 * rows + 3 + 3, compact: TOP + rows + 3 };
}

/** As high as it should be. */
export function panelHeight(layer: MenuLayer | DialogLayer | ScheduleLayer, room: number): number {
  if (layer.kind === 'menu') return Math.min(room, TOP + Math.min(layer.choices.length, MENU_ROWS));
  const { full, compact } = layer.kind === 'dialog' ? dialogHeight(layer) : SCHEDULE_HEIGHT;
  return Math.min(room, full <= room ? full : compact);
}
