/** Who draws the screen: at first a few lines of text, then Ink. */
export interface Picture {
  /** Draws everything anew: somebody else wrote on the screen, or its size changed. */
  repaint(): void;
  /** Gives the terminal back as it was. */
  close(): void;
}
