import { formatDuration } from '../../core/text/duration.ts';
import { formatBytes, formatCount } from '../../core/text/numbers.ts';
import { plain, plainLines } from '../../core/text/plain.ts';
import { formatTime } from '../../core/text/time.ts';

/**
 * A value of a catalog row for people. Its column's name says what it is: `…_bytes` is a size, `…_ms` a time span,
 * `…_count` a number; a Date is shown in the viewer's zone.
 */
export function valueText(key: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  if (value instanceof Date) return formatTime(value, Intl.DateTimeFormat().resolvedOptions().timeZone);
  if (typeof value === 'number') {
    if (key.endsWith('_bytes')) return formatBytes(value);
    if (key.endsWith('_ms')) return formatDuration(value);
    return key.endsWith('_count') || key.endsWith('_items') ? formatCount(value) : String(value);
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map((item) => valueText(key, item)).join(', ');
  return plain(typeof value === 'string' ? value : JSON.stringify(value));
}

/** The same on several lines, for values that have several: log tails, lists of warnings. */
export function valueLines(key: string, value: unknown): string[] {
  if (typeof value === 'string' && value !== '') return plainLines(value.trimEnd());
  if (Array.isArray(value) && value.length > 0) return value.map((item) => valueText(key, item));
  return [valueText(key, value)];
}

/** A value for a program to read, on one line: as COPY escapes text; times in ISO 8601, sizes in bytes, null empty. */
export function rawText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  const text = typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.replace(/[\\\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, escapeCharacter);
}

const SHORT: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escapeCharacter(character: string): string {
  return SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** JSON that is safe on a terminal too: the control characters that JSON leaves as they are become escapes. */
export function jsonText(value: unknown, indent = 2): string {
  return JSON.stringify(value, null, indent).replace(/[\u007f-\u009f\u2028\u2029]/g, escapeCharacter);
}
