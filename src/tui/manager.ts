import type { Program } from './actions/program.ts';
import type { Picture } from './picture.ts';
import { createSession } from './session/session.ts';
import { initialState } from './state/app-state.ts';
import { resize } from './state/changes.ts';
import { createStore } from './state/store.ts';
import { stillPicture } from './still-picture.ts';
import { KeyStream, type TerminalInput } from './terminal/key-stream.ts';
import { PackedOutput, type TerminalOutput } from './terminal/packed-output.ts';
import { quietConsole } from './terminal/quiet-console.ts';
import { keepHeapSmall } from './terminal/small-heap.ts';
import { localZone } from './text/time.ts';
import { createTheme } from './theme/theme.ts';
import type { TuiOptions } from './tui-options.ts';
import { frameOf, linesOf } from './view/frame.ts';

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

/**
 * The manager on a terminal: its state, its connection, its screen. The first picture is drawn before this returns; what
 * takes long comes afterwards: Ink, the time zone, and everything that it takes to connect.
 */
export function openManager({ input, output, openCatalog, color, ascii, readOnly = false }: ManagerOptions): Manager {
  keepHeapSmall();
  const sizeOf = (): { columns: number; rows: number } => ({ columns: output.columns ?? 80, rows: output.rows ?? 24 });
  const keys = new KeyStream(input);
  const screen = new PackedOutput(output);
  const theme = createTheme({ color, ascii });
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
  let picture: Picture = stillPicture({ input, screen, lines: () => linesOf(frameOf(store.get(), theme)) });

  const repaint = (): void => {
    if (!left) picture.repaint();
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
    picture.close();
    input.unref?.();
    console.restore();
    void session.stop().finally(() => (error === undefined ? resolve() : reject(error)));
  };

  const start = async (): Promise<void> => {
    if (left) return;
    store.update((state) => ({ ...state, zone: localZone() }));
    session.start().catch(leave);
    const { inkPicture } = await import('./ink-picture.ts');
    if (!left) picture = inkPicture({ program, theme, keys, screen, onFailure: leave });
  };
  setImmediate(() => void start().catch(leave));

  const resume = (): void => {
    if (left) return;
    keys.renewRawMode();
    screen.write('\u001b[?1049h\u001b[?25l\u001b[?2004h');
    repaint();
  };
  return { done: promise, leave, resume };
}
