import { PgSnapManError } from '../errors.ts';

/** Connection parameters by libpq's keyword, as text. */
export type Parameters = Readonly<Record<string, string>>;

/**
 * The parameters that we honour, with libpq's environment variable for each
 * (https://www.postgresql.org/docs/current/libpq-envars.html).
 */
export const PARAMETER_VARIABLES: Readonly<Record<string, string>> = {
  host: 'PGHOST',
  hostaddr: 'PGHOSTADDR',
  port: 'PGPORT',
  dbname: 'PGDATABASE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  channel_binding: 'PGCHANNELBINDING',
  sslnegotiation: 'PGSSLNEGOTIATION',
  gssencmode: 'PGGSSENCMODE',
};

/** Parameters that have no variable of their own, or that we pass on only when they are written down on purpose. */
const WITHOUT_VARIABLE = ['service', 'options'];

/** Parameters that make no difference to us: accepted, so that a URL which works in psql works here. */
const IGNORED = [
  'application_name',
  'fallback_application_name',
  'client_encoding',
  'keepalives',
  'keepalives_idle',
  'keepalives_interval',
  'keepalives_count',
  'tcp_user_timeout',
  'krbsrvname',
  'gsslib',
  'sslcompression',
  'sslsni',
  'load_balance_hosts',
];

/** Parameters that go to the Postgres tools as they are. */
export const EXTRA_PARAMETERS = ['channel_binding', 'sslnegotiation', 'gssencmode'] as const;

/**
 * Adds a parameter unless it makes no difference. Where it comes from (`place`) is said in the error.
 * @throws PgSnapManError configuration for a parameter that libpq does not know or that we cannot honour
 */
export function acceptParameter(target: Record<string, string>, keyword: string, value: string, place: string): void {
  if (IGNORED.includes(keyword)) return;
  if (keyword === 'target_session_attrs' && value === 'any') return;
  if (!(Object.hasOwn(PARAMETER_VARIABLES, keyword) || WITHOUT_VARIABLE.includes(keyword))) {
    throw new PgSnapManError(
      'configuration',
      `connection parameter "${keyword}" in ${place} is not supported`,
      `supported are ${[...Object.keys(PARAMETER_VARIABLES), ...WITHOUT_VARIABLE].join(', ')}`,
    );
  }
  target[keyword] = value;
}

/** Parameters of libpq's environment variables; an empty variable counts as not set. */
export function environmentParameters(env: Readonly<Record<string, string | undefined>>): Parameters {
  const result: Record<string, string> = {};
  for (const [keyword, variable] of Object.entries(PARAMETER_VARIABLES)) {
    const value = env[variable];
    if (value) result[keyword] = value;
  }
  return result;
}
