import pg from 'pg';

const INT8 = 20;
const INT8_ARRAY = 1016;
const NAME_ARRAY = 1003;
const TEXT_ARRAY = 1009;
/** date, timestamp, interval and their arrays: `pg` would read them in the local time zone or as objects. */
const LEFT_AS_TEXT = [1082, 1114, 1186];
const ARRAYS_LEFT_AS_TEXT = [1182, 1115, 1187];

type Parser = (value: string) => unknown;

// the types of `pg` list only some of the OIDs that it knows
const parserOf = pg.types.getTypeParser as (oid: number, format: 'text' | 'binary') => Parser;
const textArray = parserOf(TEXT_ARRAY, 'text');
const own = new Map<number, Parser>([
  [INT8, Number],
  [INT8_ARRAY, (value) => (textArray(value) as (string | null)[]).map((item) => (item === null ? null : Number(item)))],
  [NAME_ARRAY, textArray],
  ...LEFT_AS_TEXT.map((oid): [number, Parser] => [oid, (value) => value]),
  ...ARRAYS_LEFT_AS_TEXT.map((oid): [number, Parser] => [oid, textArray]),
]);

/**
 * How values become JavaScript values: bigint a number (sizes and counts stay far below 2^53), timestamptz a Date, dates,
 * times and intervals text, json parsed, arrays parsed, numeric and everything else text.
 */
export const valueTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    own.get(oid) ?? parserOf(oid, format ?? 'text')) as typeof pg.types.getTypeParser,
};
