/** Variables of the worker's own environment that its children may see, besides libpq's (`PG…`). */
const PASSED_ON = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SYSTEMROOT',
  'APPDATA',
  'KRB5CCNAME',
  'KRB5_CONFIG',
  'LD_LIBRARY_PATH',
];
/** libpq variables that would change what a child does or connects to, set by us or not at all. */
const NOT_PASSED_ON = [
  'PGDATABASE',
  'PGOPTIONS',
  'PGCLIENTENCODING',
  'PGDATESTYLE',
  'PGTZ',
  'PGGEQO',
  'PGSERVICE',
  'PGHOST',
  'PGHOSTADDR',
  'PGPORT',
  'PGUSER',
  'PGDATA',
];

/**
 * The clean environment of a Postgres tool. Messages in English and times in UTC, so that output can be read by program
 * and the bytes of a dump don't depend on a database's settings.
 */
export function childEnvironment(own: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined) continue;
    if (
      PASSED_ON.includes(name.toUpperCase()) ||
      (name.startsWith('PG') && !name.startsWith('PGSNAPMAN') && !NOT_PASSED_ON.includes(name))
    ) {
      result[name] = value;
    }
  }
  return { ...result, LC_ALL: 'C', PGTZ: 'UTC', PGCONNECT_TIMEOUT: own.PGCONNECT_TIMEOUT ?? '20' };
}
