import { render } from 'ink';
import { createElement } from 'react';
import type { Program } from './actions/program.ts';
import { App } from './components/app.tsx';
import type { TuiOptions } from './run-tui.ts';
import { createSession } from './session/session.ts';
import { initialState } from './state/app-state.ts';
import { resize } from './state/changes.ts';
import { createStore } from './state/store.ts';
import { KeyStream, type TerminalInput } from './terminal/key-stream.ts';
import { PackedOutput, type TerminalOutput } from './terminal/packed-output.ts';
import { quietConsole } from './terminal/quiet-console.ts';
import { keepHeapSmall } from './terminal/small-heap.ts';
import { localZone } from './text/time.ts';
import { createTheme } from './theme/theme.ts';

export interface ManagerOptions extends TuiOptions {
  input: TerminalInput;
  output: TerminalOutput;
}

export interface Manager {
  /** Settles when the manager is left: resolves, or rejects with the reason. */
  done: Promise<void>;
  /** Gives the terminal back at once, then ends everything else. */
  leave(error?: Error): void;
  /** The program was stopped and goes on: somebody else had the terminal meanwhile. */
  resume(): void;
}

const CLEAR = '\u001b[H\u001b[2J';

/** The manager on a terminal: its state, its connection, its screen. */
export function openManager({ input, output, openCatalog, color, ascii, readOnly = false }: ManagerOptions): Manager {
  keepHeapSmall();
  const sizeOf = (): { columns: number; rows: number } => ({ columns: output.columns ?? 80, rows: output.rows ?? 24 });
  const keys = new KeyStream(input);
  const screen = new PackedOutput(output);
  const store = createStore(initialState(sizeOf(), new Date(), 'UTC', readOnly));
  const session = createSession({ store, openCatalog, readOnly });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let left = false;

  const program: Program = {
    store,
    session,
    quit: () => leave(),
    repaint: () => repaint(),
    copy: (text) => screen.write(`\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`),
  };
  const console = quietConsole();
  const instance = render(createElement(App, { program, theme: createTheme({ color, ascii }) }), {
    stdout: screen as unknown as NodeJS.WriteStream,
    stdin: keys as unknown as NodeJS.ReadStream,
    alternateScreen: true,
    incrementalRendering: true,
    exitOnCtrlC: false,
    patchConsole: false,
    maxFps: 30,
    interactive: true,
  });

  /** Ink only knows what it wrote: the screen is cleared for it, and it draws everything anew. */
  const repaint = (): void => {
    if (left) return;
    screen.mute(true);
    instance.clear();
    screen.mute(false);
    screen.write(CLEAR);
    screen.emit('resize');
  };

  const onResize = (): void => {
    // Frames for the old size would be drawn at wrong places; one repaint follows when the new one is ready.
    screen.mute(true);
    store.update((state) => resize(state, sizeOf()));
    setImmediate(repaint);
  };
  output.on('resize', onResize);

  const leave = (error?: Error): void => {
    if (left) return;
    left = true;
    output.off('resize', onResize);
    screen.mute(false);
    instance.unmount();
    // Ink does this too, but not after an error in the middle of a frame.
    keys.setRawMode(false);
    input.unref?.();
    console.restore();
    void session.stop().finally(() => (error === undefined ? resolve() : reject(error)));
  };
  // Unmounted by Ink itself: something that was being drawn threw.
  instance.waitUntilExit().then(
    () => leave(),
    (error: Error) => leave(error),
  );
  // What takes long comes after the first picture: time zones, and everything that it takes to connect.
  setImmediate(() => {
    if (left) return;
    store.update((state) => ({ ...state, zone: localZone() }));
    session.start().catch((error: Error) => leave(error));
  });

  const resume = (): void => {
    if (left) return;
    keys.renewRawMode();
    screen.write('\u001b[?1049h\u001b[?25l\u001b[?2004h');
    repaint();
  };
  return { done: promise, leave, resume };
}
