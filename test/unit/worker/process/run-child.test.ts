import { describe, expect, test } from 'vitest';
import { runChild } from '../../../../src/worker/process/run-child.ts';

async function linesOf(script: string): Promise<{ lines: string[]; tail: string[]; exitCode: number | null }> {
  const lines: string[] = [];
  const command = { file: process.execPath, args: ['-e', script], env: {} };
  const { stderrTail, exitCode } = await runChild(command, { onStderrLine: (line) => lines.push(line) });
  return { lines, tail: stderrTail, exitCode };
}

describe('lines of standard error', () => {
  test('come whole and in order, however they were written', async () => {
    const script = `const write = (text) => require('fs').writeSync(2, text);
      for (let i = 0; i < 5000; i += 1) { write('line '); write(i + ': ü'); write('\\n'); }
      write('\\r\\n\\nlast, without an end'); process.exitCode = 3`;
    const { lines, tail, exitCode } = await linesOf(script);
    expect(exitCode).toBe(3);
    expect(lines.slice(0, 5000)).toEqual(Array.from({ length: 5000 }, (_, i) => `line ${i}: ü`));
    expect(lines.slice(5000)).toEqual(['', '', 'last, without an end']);
    expect(tail).toEqual(lines.slice(-200));
  });

  test('put letters together that were written in parts', async () => {
    const script = `const bytes = Buffer.from('größe\\n'); const part = (a, b) => require('fs').writeSync(2, bytes.subarray(a, b));
      part(0, 3); setTimeout(() => part(3), 60)`;
    expect((await linesOf(script)).lines).toEqual(['größe']);
  });

  test('of a child that is ended are there up to its end', async () => {
    const stop = new AbortController();
    const lines: string[] = [];
    const script = `require('fs').writeSync(2, 'begun\\n'); process.on('SIGTERM', () => {
      require('fs').writeSync(2, 'ending\\n'); process.exit(1) }); setInterval(() => {}, 1000)`;
    const command = { file: process.execPath, args: ['-e', script], env: {} };
    const onStderrLine = (line: string) => {
      lines.push(line);
      if (line === 'begun') setTimeout(() => stop.abort(), 200);
    };
    expect((await runChild(command, { signal: stop.signal, onStderrLine })).exitCode).toBe(1);
    expect(lines).toEqual(['begun', 'ending']);
  });

  test('that somebody cannot take in do not keep the child from its end', async () => {
    const command = { file: process.execPath, args: ['-e', `console.error('x\\n'.repeat(200000))`], env: {} };
    const onStderrLine = () => {
      throw new Error('no');
    };
    expect((await runChild(command, { onStderrLine })).exitCode).toBe(0);
  });
});
