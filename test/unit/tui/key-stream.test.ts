import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { KeyStream, type TerminalInput } from '../../../src/tui/terminal/key-stream.ts';

class FakeInput extends EventEmitter implements TerminalInput {
  readonly raw: boolean[] = [];
  paused = false;
  setRawMode(on: boolean): void {
    this.raw.push(on);
  }
  setEncoding(): void {}
  resume(): void {
    this.paused = false;
  }
  pause(): void {
    this.paused = true;
  }
}

async function keysOf(...chunks: string[]): Promise<string[]> {
  const input = new FakeInput();
  const stream = new KeyStream(input);
  const keys: string[] = [];
  stream.on('readable', () => {
    for (let key = stream.read(); key !== null; key = stream.read()) keys.push(key);
    keys.push('|');
  });
  stream.setRawMode(true);
  for (const chunk of chunks) input.emit('data', chunk);
  await new Promise((resolve) => setTimeout(resolve, 120));
  stream.setRawMode(false);
  expect(input.raw).toEqual([true, false]);
  expect(input.paused).toBe(true);
  return keys;
}

describe('the input stream for Ink', () => {
  it('hands on one key at a time, each in a turn of its own', async () => {
    expect(await keysOf('ab\u001b[A')).toEqual(['a', '|', 'b', '|', '\u001b[A', '|']);
  });

  it('takes an Escape that nothing follows for the key', async () => {
    expect(await keysOf('\u001b')).toEqual(['\u001b[27u', '|']);
  });

  it('does not carry out a flood of text as thousands of keys', async () => {
    expect((await keysOf('j'.repeat(5000))).filter((key) => key === 'j').length).toBeLessThanOrEqual(501);
  });
});
