import { expect } from 'vitest';
import type { CliResult } from './cli.ts';

/**
 * A command that went wrong as it should: this exit code, one sentence in lower case that holds `sentence`, a line with a
 * hint, and nothing else.
 */
export function expectRefusal(result: CliResult, exitCode: number, sentence: RegExp, hint = /./): void {
  const said = `${result.stdout}${result.stderr}`;
  expect(result.exitCode, said).toBe(exitCode);
  expect(result.stdout).toBe('');
  const lines = result.stderr.split('\n');
  expect(lines, said).toHaveLength(3);
  expect(lines[0]).toMatch(sentence);
  expect(lines[0]).toMatch(/^[a-z"/].*[^.]$/);
  expect(lines[1]).toMatch(/^hint: ./);
  expect(lines[1]).toMatch(hint);
}
