import type { ConnectionSettings } from './settings.ts';

const plain = (text: string): string => text.replace(/[\x00-\x1f\x7f-\x9f]/g, '?');

/** `host:port`, for people; an IPv6 address in brackets. */
export function describeServer(settings: Pick<ConnectionSettings, 'host' | 'port'>): string {
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  return plain(`${host}:${settings.port}`);
}

/** `user@host:port/dbname`, for people: no password, no control characters. */
export function describeConnection(settings: ConnectionSettings): string {
  return `${plain(settings.user)}@${describeServer(settings)}/${plain(settings.dbname)}`;
}
