import { render } from 'ink';
import { createElement } from 'react';
import type { Program } from './actions/program.ts';
import { App } from './components/app.tsx';
import type { Picture } from './picture.ts';
import type { KeyStream } from './terminal/key-stream.ts';
import type { PackedOutput } from './terminal/packed-output.ts';
import type { Theme } from './theme/theme.ts';

interface InkPictureOptions {
  program: Program;
  theme: Theme;
  keys: KeyStream;
  screen: PackedOutput;
  /** Something that was being drawn threw: nothing is drawn any more. */
  onFailure(error: Error): void;
}

/** The screen as Ink draws it whenever the state changes; from now on keys are read. */
export function inkPicture({ program, theme, keys, screen, onFailure }: InkPictureOptions): Picture {
  const instance = render(createElement(App, { program, theme }), {
    stdout: screen as unknown as NodeJS.WriteStream,
    stdin: keys as unknown as NodeJS.ReadStream,
    alternateScreen: true,
    incrementalRendering: true,
    exitOnCtrlC: false,
    patchConsole: false,
    maxFps: 30,
    interactive: true,
  });
  instance.waitUntilExit().catch(onFailure);
  return {
    // Ink only knows what it wrote: the screen is cleared for it, and it draws everything anew.
    repaint() {
      screen.mute(true);
      instance.clear();
      screen.mute(false);
      screen.clear();
      screen.emit('resize');
    },
    close() {
      screen.mute(false);
      instance.unmount();
      // Ink does this too, but not after an error in the middle of a frame.
      keys.setRawMode(false);
    },
  };
}
