import type { ReactElement } from 'react';
import { nameIsTyped } from '../actions/dialog.ts';
import type { DialogLayer } from '../state/layers.ts';
import { cut } from '../text/fit.ts';
import { dialogHeight } from '../view/panel-size.ts';
import { promptLine } from '../view/prompt-line.ts';
import { Lines } from './line.tsx';
import { PanelFrame } from './panel-frame.tsx';
import { SmallTable } from './small-table.tsx';
import { useTheme } from './theme-context.ts';

const WIDEST_CELL = 40;

/** Asks for a name before something is done that cannot be taken back; Cancel has the focus at first. */
export function Dialog({ layer, width, height }: { layer: DialogLayer; width: number; height: number }): ReactElement {
  const theme = useTheme();
  const short = (text: string, room = width): string => cut(text, room, theme.symbols.ellipsis);
  const review = layer.review.map(({ what, is }) => ({ what, is: short(is, WIDEST_CELL) }));
  const roomy = height >= dialogHeight(layer).full;
  const sign = `type ${short(layer.name, Math.max(8, width - 30))} to go on: `;
  const field =
    layer.focus === 'name'
      ? promptLine(sign, layer.field, width, theme)
      : short(sign + layer.field.characters.join(''));
  const button = (label: string, focused: boolean): string =>
    theme.paint(focused ? 'selected' : 'plain', `[ ${label} ]`);
  const confirm = nameIsTyped(layer) ? layer.confirmLabel : `${layer.confirmLabel} (type the name first)`;
  return (
    <PanelFrame title={layer.title} width={width} height={height}>
      {roomy ? (
        <SmallTable columns={['what', 'is']} rows={review} />
      ) : (
        <Lines lines={review.map(({ what, is }) => short(`${what}: ${is}`))} />
      )}
      <Lines
        lines={[
          theme.paint('warning', short(layer.effect)),
          field,
          `${button('Cancel', layer.focus === 'cancel')}  ${button(confirm, layer.focus === 'confirm')}`,
        ]}
      />
    </PanelFrame>
  );
}
