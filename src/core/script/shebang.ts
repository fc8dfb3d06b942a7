/** The kernel looks at no more than this. */
const LONGEST_LINE = 255;

/** The program that a script's first line names; null: it names none. */
export function interpreterOf(code: string): string | null {
  const [, interpreter = null] = /^#![ \t]*([^ \t\r\n]+)/.exec(code) ?? [];
  return interpreter;
}

/** Why a script cannot be executed as it is: without a shell it is its own first line that says what runs it. Null: it can. */
export function refuseFirstLine(code: string): string | null {
  const [line = ''] = code.split('\n', 1);
  const interpreter = interpreterOf(code);
  if (interpreter === null) return 'has no first line that says what runs it, such as #!/bin/sh';
  if (line.endsWith('\r')) return 'has line ends of Windows, with which its first line names no program';
  if (!interpreter.startsWith('/')) return 'names a program in its first line without an absolute path';
  if (Buffer.byteLength(line) > LONGEST_LINE) return `has a first line of more than ${LONGEST_LINE} bytes`;
  return null;
}
