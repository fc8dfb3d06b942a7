import * as z from 'zod';

/**
 * A list of texts of the catalog. SQL lets it hold nulls and have several dimensions. Whatever is in it can be read: what
 * cannot be used fails the job that it is of, by name, and not the configuration of the worker. Null becomes an empty
 * name, which no server has.
 */
export const textListSchema = z.preprocess(flatTexts, z.array(z.string()));

/** A map of names in the catalog, whose values may be any JSON in the same way. */
export const nameMapSchema = z.preprocess(
  (value) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, name]) => [key, text(name)])) : value,
  z.record(z.string(), z.string()),
);

export function flatTexts(value: unknown): unknown {
  return Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY).map(text) : value;
}

function text(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
