import { PgSnapManError } from '../errors.ts';

/**
 * Quotes a name (of a schema, table, role, database, …) for SQL. Always with quotes, so that no list of reserved words
 * is needed and names that look alike in lower case stay apart.
 * @throws PgSnapManError usage for a name that Postgres cannot have (empty, or with a zero byte)
 */
export function quoteIdentifier(name: string): string {
  if (name === '' || name.includes('\0')) {
    throw new PgSnapManError('usage', 'a name must not be empty and must not hold a zero byte');
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Quotes a text as an SQL literal, for statements that take no parameters (`alter … set`, `comment on`, `create role`).
 * With a backslash in it the escape form is used, as PQescapeLiteral does: right under both values of
 * `standard_conforming_strings`.
 * @throws PgSnapManError usage for a text with a zero byte
 */
export function quoteLiteral(text: string): string {
  if (text.includes('\0')) throw new PgSnapManError('usage', 'a text in SQL must not hold a zero byte');
  const doubled = text.replaceAll("'", "''");
  return text.includes('\\') ? ` E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}

/** `"schema"."name"` */
export function qualifiedName(schema: string, name: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

const PART = /"((?:[^"\0]|"")+)"|([\p{L}_\u0080-\uffff][\p{L}\p{N}_$\u0080-\uffff]*)/uy;

/**
 * Reads `schema.table` as SQL would: parts with quotes exactly, parts without in lower case (ASCII only, as Postgres
 * does in UTF-8).
 * @throws PgSnapManError usage unless there are exactly two parts
 */
export function parseQualifiedName(text: string): { schema: string; name: string } {
  const schema = readPart(text, 0);
  if (schema !== null && text[schema.end] === '.') {
    const name = readPart(text, schema.end + 1);
    if (name !== null && name.end === text.length) return { schema: schema.value, name: name.value };
  }
  throw new PgSnapManError(
    'usage',
    `${JSON.stringify(text)} is not the name of a table with its schema`,
    'write schema.table, with double quotes where SQL needs them, such as public."Order Lines"',
  );
}

function readPart(text: string, start: number): { value: string; end: number } | null {
  PART.lastIndex = start;
  const match = PART.exec(text);
  if (match === null) return null;
  const [whole, quoted, plain] = match;
  const value = quoted === undefined ? asciiLowerCase(plain ?? '') : quoted.replaceAll('""', '"');
  return { value, end: start + whole.length };
}

function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
