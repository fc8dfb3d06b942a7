import { conninfoValue } from '../connection/connection-settings.ts';
import type { DatabaseFacts } from '../facts/database-facts.ts';
import { globalsParts } from './globals-sql.ts';

/**
 * `restore.sh` of an exported dump: the exact commands that bring it back with the tools of PostgreSQL alone, under its
 * own name. It lies beside `globals.sql`, whose lines before and after pg_restore it tells apart by their number: their
 * text may hold any name.
 */
export function restoreScript(facts: DatabaseFacts): string {
  const { name } = facts.database;
  const lines = globalsParts(facts).before.split('\n').length - 1;
  return `#!/bin/sh
# Brings this dump back with psql and pg_restore, as a superuser of the server that PGHOST, PGPORT and PGUSER name.
# sh restore.sh [JOBS]
set -eu
cd -- "$(dirname -- "$0")"
name=${shellQuoted(name)}
found=$(echo "select count(*) from pg_catalog.pg_database where datname = :'name'" | psql -X -A -t -d postgres -v name="$name")
if [ "$found" != 0 ]; then
  echo 'a database of this name exists already' >&2
  exit 1
fi
# Roles and the empty database. A role that exists already is an error that can be ignored.
head -n ${lines} globals.sql | psql -X -q -d postgres
pg_restore --exit-on-error --jobs="\${1:-1}" --dbname=${shellQuoted(`dbname=${conninfoValue(name)}`)} .
# Owner, rights and settings of the database.
tail -n +${lines + 1} globals.sql | psql -X -q -d postgres
`;
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
