import type { PgSnapManError } from '../../core/errors.ts';
import { plain } from '../../core/text/plain.ts';
import { jsonText } from './value-text.ts';

/** An error for standard error: `{code, message, hint}` on one line, or the sentence and a line `hint: …`. */
export function errorLines(error: PgSnapManError, json: boolean): string {
  if (json) return `${jsonText(error.toJSON(), 0)}\n`;
  const hint = error.hint === undefined ? '' : `hint: ${plain(error.hint)}\n`;
  return `${plain(error.message)}\n${hint}`;
}
