import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packStyles, type StyleState } from '../../../src/tui/terminal/pack-styles.ts';
import { PackedOutput, packMoves } from '../../../src/tui/terminal/packed-output.ts';

const PLAIN: StyleState = { bold: false, dim: false, inverse: false, color: 39 };

class FakeOutput extends EventEmitter {
  readonly pieces: string[] = [];
  columns = 80;
  rows = 24;
  write(text: string): boolean {
    this.pieces.push(text);
    return true;
  }
}

/** Each visible character with the style that it would be drawn in. */
function drawn(text: string): string[] {
  let state = PLAIN;
  const cells: string[] = [];
  for (const [piece] of text.matchAll(/\u001b\[[\d;]*m|[^\u001b]/g)) {
    if (piece.startsWith('\u001b')) state = packStyles(piece, state).after ?? PLAIN;
    else cells.push(`${piece} ${JSON.stringify(state)}`);
  }
  return cells;
}

describe('the output stream for Ink', () => {
  it('goes over lines that did not change in one step', () => {
    expect(packMoves('a\u001b[E\u001b[E\u001b[Eb\u001b[Ec')).toBe('a\u001b[3Eb\u001b[Ec');
    expect(packMoves('a\n\u001b[E\u001b[Eb\nc')).toBe('a\u001b[3Eb\nc');
  });

  it('goes up straight to the line that changed, and not twice to its start', () => {
    expect(packMoves('\u001b[39A\u001b[E\u001b[E\u001b[1G\u001b[Kx\n\u001b[1Gy')).toBe('\u001b[37F\u001b[Kx\ny');
    expect(packMoves('\u001b[2A\u001b[E\u001b[Ex')).toBe('\u001b[2A\u001b[2Ex');
  });

  it('leaves out changes of style that change nothing', () => {
    expect(packStyles('\u001b[32m\u001b[39m\u001b[2m\u001b[22mx', PLAIN).text).toBe('x');
    expect(packStyles('\u001b[1m\u001b[31mx\u001b[39m\u001b[22m', PLAIN).text).toBe('\u001b[1;31mx\u001b[22;39m');
  });

  it('draws every character as without packing', () => {
    const piece = fc.constantFrom('a', 'b', ' ', ...[1, 2, 22, 7, 27, 31, 32, 39, 0].map((code) => `\u001b[${code}m`));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        expect(drawn(packStyles(text, PLAIN).text)).toEqual(drawn(text));
        expect(packStyles(text, PLAIN).text.length).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  it('writes a frame at once, and nothing while it is muted', () => {
    const output = new FakeOutput();
    const packed = new PackedOutput(output);
    packed.write('\u001b[?2026h');
    packed.write('frame');
    packed.write('\u001b[?2026l');
    packed.mute(true);
    packed.write('lost');
    packed.mute(false);
    packed.write('kept');
    expect(output.pieces.map((piece) => piece.replace('\u001b[0m', ''))).toEqual([
      '\u001b[?2026hframe\u001b[?2026l',
      'kept',
    ]);
  });
});
