import { errorText, PgSnapManError } from '../../core/errors.ts';

/** One answer of the examination: what was looked at, whether it is well, and what to do if it is not. */
export interface Finding {
  check: string;
  level: 'ok' | 'warning' | 'error';
  text: string;
  hint: string | null;
}

export const ok = (check: string, text: string): Finding => ({ check, level: 'ok', text, hint: null });
export const warning = (check: string, text: string, hint: string): Finding => ({
  check,
  level: 'warning',
  text,
  hint,
});

/** What was thrown, as a finding. */
export function problem(check: string, error: unknown, level: 'warning' | 'error' = 'error'): Finding {
  return { check, level, text: errorText(error), hint: error instanceof PgSnapManError ? (error.hint ?? null) : null };
}
