import { Text } from 'ink';
import SelectInput from 'ink-select-input';
import type { ReactElement } from 'react';
import type { MenuLayer } from '../state/layers.ts';
import { cut } from '../text/fit.ts';
import { MENU_ROWS } from '../view/panel-size.ts';
import { PanelFrame } from './panel-frame.tsx';
import { useTheme } from './theme-context.ts';

function Indicator({ isSelected = false }: { isSelected?: boolean }): ReactElement {
  return <Text>{isSelected ? '> ' : '  '}</Text>;
}

function Item({ isSelected = false, label }: { isSelected?: boolean; label: string }): ReactElement {
  const theme = useTheme();
  return <Text wrap="truncate">{isSelected ? theme.paint('selected', label) : label}</Text>;
}

/** A choice from a few. Its keys (arrows, digits, Enter) are its own, as long as nothing lies above it. */
export function Menu({
  layer,
  width,
  height,
  focused,
  onChosen,
}: {
  layer: MenuLayer;
  width: number;
  height: number;
  focused: boolean;
  onChosen(index: number): void;
}): ReactElement {
  const theme = useTheme();
  const items = layer.choices.map(({ label }, value) => ({
    label: cut(label, width - 4, theme.symbols.ellipsis),
    value,
    key: String(value),
  }));
  return (
    <PanelFrame title={layer.title} width={width} height={height}>
      <SelectInput
        items={items}
        initialIndex={layer.initial}
        limit={Math.max(1, Math.min(MENU_ROWS, height - 2))}
        isFocused={focused}
        indicatorComponent={Indicator}
        itemComponent={Item}
        onSelect={({ value }) => onChosen(value)}
      />
    </PanelFrame>
  );
}
