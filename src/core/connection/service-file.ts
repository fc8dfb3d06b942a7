import { PgSnapManError } from '../errors.ts';
import { acceptParameter, type Parameters } from './parameters.ts';

/** The lines of one section, without its head; null if the file has no such section. */
function sectionLines(file: string, name: string): string[] | null {
  let found: string[] | null = null;
  for (const raw of file.split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      if (found) break;
      if (line.startsWith(`[${name}]`)) found = [];
    } else found?.push(line);
  }
  return found;
}

/**
 * Parameters of a service: of the first file that has a section of this name, as libpq reads it
 * (https://www.postgresql.org/docs/current/libpq-pgservice.html); of a parameter given twice the first counts.
 * @throws PgSnapManError configuration when no file has it or a line cannot be used
 */
export function serviceParameters(name: string, files: readonly string[]): Parameters {
  const lines = files.map((file) => sectionLines(file, name)).find((section) => section !== null);
  if (!lines) {
    throw new PgSnapManError(
      'configuration',
      `service "${name}" is in no connection service file`,
      'add a section of this name to ~/.pg_service.conf or to the file that PGSERVICEFILE names',
    );
  }
  const result: Record<string, string> = {};
  for (const line of lines) {
    const equals = line.indexOf('=');
    const keyword = equals < 0 ? '' : line.slice(0, equals).trim();
    if (keyword === '' || keyword === 'service') {
      throw new PgSnapManError('configuration', `service "${name}" has a line that is not keyword=value`);
    }
    if (!Object.hasOwn(result, keyword)) {
      acceptParameter(result, keyword, line.slice(equals + 1).trim(), `service "${name}"`);
    }
  }
  return result;
}
