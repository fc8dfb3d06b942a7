/** The text of a cluster's configuration files; pure. */

export type SettingValue = string | number | boolean;

/** A value as postgresql.conf wants it. */
function settingLine([name, value]: [string, SettingValue]): string {
  const text = typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
  return `${name} = '${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

export const configurationFile = (settings: Readonly<Record<string, SettingValue>>): string =>
  `${Object.entries(settings).map(settingLine).join('\n')}\n`;

/** One element of a list of directories: commas and spaces in a path need the quotes of an identifier. */
export const listElement = (path: string): string => `"${path.replaceAll('"', '""')}"`;

/** Settings of a small server that is there for us alone. */
export function baseSettings(options: {
  socketDirectory: string;
  port: number;
  listen: string | null;
  durable: boolean;
}): Record<string, SettingValue> {
  return {
    listen_addresses: options.listen ?? '',
    port: options.port,
    unix_socket_directories: listElement(options.socketDirectory),
    max_connections: 100,
    shared_buffers: '32MB',
    max_wal_senders: 0,
    wal_level: 'minimal',
    jit: false,
    log_checkpoints: false,
    password_encryption: 'scram-sha-256',
    ...(options.durable ? {} : { fsync: false, full_page_writes: false, autovacuum: false }),
  };
}

/**
 * Who may log in: over the socket the accounts of the map as the superuser (or everybody as anybody, for servers of
 * tests whose socket nobody else can reach), over loopback everybody with a password.
 */
export function hostBasedAuthentication(socket: 'peer' | 'trust', listen: string | null): string {
  const lines = [socket === 'trust' ? 'local all all trust' : 'local all all peer map=pgsnapman'];
  if (listen !== null) lines.push('host all all 127.0.0.1/32 scram-sha-256', 'host all all ::1/128 scram-sha-256');
  return `${lines.join('\n')}\n`;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The map of peer authentication: these operating system accounts are the superuser. */
export const accountMap = (accounts: readonly string[], superuser: string): string =>
  [...new Set(accounts)].map((account) => `pgsnapman ${quoted(account)} ${quoted(superuser)}\n`).join('');
