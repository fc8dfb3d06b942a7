import type { Picture } from './picture.ts';
import type { TerminalInput } from './terminal/key-stream.ts';
import { FRAME_BEGINS, FRAME_ENDS, type PackedOutput } from './terminal/packed-output.ts';

interface StillPictureOptions {
  /** What is typed meanwhile stays in the terminal's buffer, unseen, until Ink reads it. */
  input: TerminalInput;
  screen: PackedOutput;
  /** The lines of the screen as they are to be now. */
  lines(): readonly string[];
}

/**
 * The screen before Ink is there: loading and starting Ink takes longer than everything else together, and drawing lines
 * does not need it.
 */
export function stillPicture({ input, screen, lines }: StillPictureOptions): Picture {
  const repaint = (): void => {
    screen.mute(false);
    screen.clear();
    screen.write(FRAME_BEGINS);
    screen.write(lines().join('\r\n'));
    screen.write(FRAME_ENDS);
  };
  input.setRawMode?.(true);
  screen.enter();
  repaint();
  return {
    repaint,
    close() {
      screen.mute(false);
      screen.leave();
      input.setRawMode?.(false);
    },
  };
}
