import { Box, useInput, usePaste } from 'ink';
import { type ReactElement, useSyncExternalStore } from 'react';
import type { Program } from '../actions/program.ts';
import { keyName } from '../keys/key-name.ts';
import { pasteText, pressKey } from '../keys/press.ts';
import type { AppState } from '../state/app-state.ts';
import { closeLayer } from '../state/changes.ts';
import type { Theme } from '../theme/theme.ts';
import { type Frame, frameOf } from '../view/frame.ts';
import { layoutOf } from '../view/layout.ts';
import { Dialog } from './dialog.tsx';
import { Lines } from './line.tsx';
import { Menu } from './menu.tsx';
import { ScheduleEditor } from './schedule-editor.tsx';
import { ThemeContext } from './theme-context.ts';

/** The whole screen. It has a height but no width: a root with a width loses its first line when the terminal shrinks. */
export function App({ program, theme }: { program: Program; theme: Theme }): ReactElement {
  const { store } = program;
  const state = useSyncExternalStore(store.subscribe, store.get);
  // The only place where keys come in, beside the menu's own; pasted text never arrives as keys.
  useInput((input, key) => {
    const name = keyName(input, key);
    if (name !== null) pressKey(program, name);
  });
  usePaste((text) => pasteText(program, text));
  const frame = frameOf(state, theme);
  return (
    <ThemeContext value={theme}>
      <Box flexDirection="column" height={layoutOf(state).height}>
        <Lines lines={frame.above} />
        {frame.panel === null ? null : <Panel panel={frame.panel} state={state} program={program} />}
        <Lines lines={frame.below} />
      </Box>
    </ThemeContext>
  );
}

function Panel({
  panel,
  state,
  program,
}: {
  panel: NonNullable<Frame['panel']>;
  state: AppState;
  program: Program;
}): ReactElement {
  const { layer, height, focused } = panel;
  const width = state.size.columns;
  if (layer.kind === 'dialog') return <Dialog layer={layer} width={width} height={height} />;
  if (layer.kind === 'schedule') {
    return <ScheduleEditor layer={layer} width={width} height={height} now={state.now} zone={state.zone} />;
  }
  const chosen = (index: number): void => {
    program.store.update(closeLayer);
    layer.choices[index]?.choose();
  };
  return <Menu layer={layer} width={width} height={height} focused={focused} onChosen={chosen} />;
}
