import { parse, TomlError } from 'smol-toml';
import type { z } from 'zod';
import { PgSnapManError } from '../errors.ts';
import { suggest } from '../text/suggestion.ts';
import { type FileSettings, fileSettingsSchema } from './file-configuration.ts';

/** Every key that a file may have, by section; for hints. */
const KEYS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(fileSettingsSchema.shape).map(([section, schema]) => [section, Object.keys(schema.unwrap().shape)]),
);

/**
 * Reads the text of a configuration file. `path` is for the sentence only.
 * @throws PgSnapManError configuration: the first thing that is wrong, with file, key and what would be right
 */
export function parseConfiguration(tomlText: string, path: string): FileSettings {
  const result = fileSettingsSchema.safeParse(parseToml(tomlText, path));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw issue === undefined ? new Error('zod reported no issue') : describeIssue(issue, path);
}

function parseToml(tomlText: string, path: string): unknown {
  try {
    return parse(tomlText);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
    throw new PgSnapManError(
      'configuration',
      `configuration file ${path} is no TOML at line ${error.line}, column ${error.column}: ${reason}`,
      'texts stand in double quotes: url = "local"',
    );
  }
}

function describeIssue(issue: z.core.$ZodIssue, path: string): PgSnapManError {
  const at = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const key = [...at, ...issue.keys.slice(0, 1)].join('.');
    return new PgSnapManError(
      'configuration',
      `configuration file ${path} has an unknown key ${key}`,
      keyHint(at, issue.keys),
    );
  }
  const reason = issue.code === 'invalid_type' ? `must be ${article(issue.expected)}` : issue.message;
  const key = at.join('.').replace(/\.(\d+)/, '[$1]');
  return new PgSnapManError('configuration', `configuration file ${path}: ${key} ${reason}`, exampleFor(at));
}

function keyHint(section: readonly string[], keys: readonly string[]): string {
  const known = section.length === 0 ? Object.keys(KEYS) : (KEYS[section.join('.')] ?? []);
  const near = suggest(keys[0] ?? '', known);
  if (near !== null) return `did you mean ${[...section, near].join('.')}?`;
  return section.length === 0
    ? `sections are ${known.map((name) => `[${name}]`).join(', ')}`
    : `keys of [${section.join('.')}] are ${known.join(', ')}`;
}

function article(expected: string): string {
  const words: Record<string, string> = {
    string: 'a text in quotes',
    number: 'a number without quotes',
    int: 'a whole number',
    array: 'a list in [ ]',
    object: 'a section',
  };
  return words[expected] ?? expected;
}

const EXAMPLES: Readonly<Record<string, string>> = {
  'catalog.url': 'url = "local", or url = "postgresql://pgsnapman@db0.example.org/pgsnapman"',
  'worker.name': 'name = "w1"',
  'worker.root': 'root = "/var/lib/pgsnapman"',
  'tools.bin_directories': 'bin_directories = ["/usr/lib/postgresql/17/bin"]',
  'repository.mirrors': 'mirrors = ["/mnt/other-worker/repository"]',
  'scripts.time_limit': 'time_limit = "2 hours"',
  'limits.catch_up': 'catch_up = "24 hours"',
  'limits.stall_timeout': 'stall_timeout = "10 minutes"',
  'limits.lock_wait_timeout': 'lock_wait_timeout = "5 minutes"',
};

function exampleFor(at: readonly string[]): string {
  const key = at.slice(0, 2).join('.');
  if (EXAMPLES[key] !== undefined) return `for example ${EXAMPLES[key]}`;
  return at.length > 1 ? `for example ${at[1]} = 2` : `write it as a section: [${at[0] ?? 'catalog'}]`;
}
