import { PgSnapManError } from '../errors.ts';

/**
 * Options of pg_dump and pg_restore that jobs may give. Whoever can write to the catalog decides about them, so nothing
 * that names a file, a program, a connection or a format is here. The catalog's constraints hold the same lists
 * (`are_dump_options`, `are_restore_options`); the worker checks again.
 */
export interface OptionRules {
  /** Options without a value, as they are written. */
  flags: readonly string[];
  /** Options that are written with `=` and a text without control characters. */
  texts: readonly string[];
  /** Options that are written with `=` and up to nine digits. */
  numbers: readonly string[];
}

export const DUMP_OPTIONS: OptionRules = {
  flags: [
    '--no-large-objects',
    '--no-blobs',
    '--no-comments',
    '--no-publications',
    '--no-security-labels',
    '--no-subscriptions',
    '--no-toast-compression',
    '--no-unlogged-table-data',
    '--no-table-access-method',
    '--no-tablespaces',
    '--no-policies',
    '--large-objects',
    '--blobs',
    '--enable-row-security',
    '--load-via-partition-root',
    '--quote-all-identifiers',
    '--strict-names',
  ],
  texts: [
    '--exclude-schema',
    '--exclude-table',
    '--exclude-table-data',
    '--exclude-table-and-children',
    '--exclude-table-data-and-children',
    '--exclude-extension',
    '--extension',
    '--include-foreign-data',
    '--role',
  ],
  numbers: ['--extra-float-digits', '--lock-wait-timeout'],
};

/** Those of them that pg_dumpall knows too. */
export const CLUSTER_DUMP_OPTIONS: OptionRules = {
  flags: [
    '--no-comments',
    '--no-publications',
    '--no-security-labels',
    '--no-subscriptions',
    '--no-toast-compression',
    '--no-unlogged-table-data',
    '--no-table-access-method',
    '--no-tablespaces',
    '--no-policies',
    '--load-via-partition-root',
    '--quote-all-identifiers',
  ],
  texts: ['--role'],
  numbers: ['--extra-float-digits', '--lock-wait-timeout'],
};

export const RESTORE_OPTIONS: OptionRules = {
  flags: [
    '--no-comments',
    '--no-publications',
    '--no-security-labels',
    '--no-subscriptions',
    '--no-table-access-method',
    '--no-tablespaces',
    '--no-owner',
    '--no-privileges',
    '--no-acl',
    '--no-policies',
    '--disable-triggers',
    '--enable-row-security',
    '--no-data-for-failed-tables',
    '--strict-names',
  ],
  texts: ['--role'],
  numbers: [],
};

/** True if the rules allow the option as it is written. */
export function isAllowedOption(option: string, rules: OptionRules): boolean {
  if (rules.flags.includes(option)) return true;
  const equals = option.indexOf('=');
  if (equals < 0) return false;
  const name = option.slice(0, equals);
  const value = option.slice(equals + 1);
  if (rules.texts.includes(name)) return value !== '' && !/[\x00-\x1f]/.test(value);
  return rules.numbers.includes(name) && /^[0-9]{1,9}$/.test(value);
}

/** @throws PgSnapManError usage naming the first option that is not allowed */
export function checkOptions(options: readonly string[], rules: OptionRules): void {
  const wrong = options.find((option) => !isAllowedOption(option, rules));
  if (wrong === undefined) return;
  throw new PgSnapManError(
    'usage',
    `option ${JSON.stringify(wrong)} is not allowed`,
    'allowed are options that choose what is taken, none that names a file, a format, a program or a connection',
  );
}
