import type { Outcome } from './outcome.ts';

/** A result with one warning more, which turns ok into ok_with_warnings; null: none. The same one is not added twice. */
export function withWarning<Result extends { outcome: Outcome; warnings: string[] }>(
  result: Result,
  warning: string | null,
): Result {
  if (warning === null || result.warnings.includes(warning)) return result;
  const outcome = result.outcome === 'ok' ? 'ok_with_warnings' : result.outcome;
  return { ...result, outcome, warnings: [...result.warnings, warning] };
}
