import { EXIT_CODES } from '../../core/errors.ts';
import { plain } from '../../core/text/plain.ts';
import type { Output } from './output.ts';

/** One answer of an examination: what was looked at, whether it is well, and what to do if it is not. */
export interface Finding {
  check: string;
  level: 'ok' | 'warning' | 'error';
  text: string;
  hint: string | null;
}

/** Prints findings, hints under their findings for people. Gives the exit code: 1 if one of them is an error. */
export async function printFindings(output: Output, findings: readonly Finding[]): Promise<number> {
  if (output.forPeople) {
    const width = Math.max(...findings.map(({ check }) => check.length));
    for (const { check, level, text, hint } of findings) {
      output.line(`${output.paint(level, level.padEnd(7))}  ${check.padEnd(width)}  ${plain(text)}`);
      if (hint !== null) output.line(`${' '.repeat(width + 11)}hint: ${plain(hint)}`);
    }
  } else {
    await output.list(findings, [
      { key: 'level', title: 'LEVEL' },
      { key: 'check', title: 'CHECK' },
      { key: 'text', title: 'TEXT' },
      { key: 'hint', title: 'HINT' },
    ]);
  }
  return findings.some(({ level }) => level === 'error') ? EXIT_CODES.check_failed : 0;
}
