import type { SettingValue } from './cluster-settings.ts';

export interface ClusterOptions {
  directory: string;
  /** Default: the newest server binaries of the machine. */
  binDirectory?: string;
  superuser?: string;
  port?: number;
  /** Listen on 127.0.0.1 with SCRAM passwords, on a free port unless one is given. */
  listenLoopback?: boolean;
  /** Who may use the socket: our own account as the superuser (peer), or whoever reaches it, as anybody (trust). */
  socketAuthentication?: 'peer' | 'trust';
  settings?: Readonly<Record<string, SettingValue>>;
  /** False: no fsync; for throw-away clusters only. */
  durable?: boolean;
  /** Of the superuser. */
  password?: string;
  initdbArguments?: readonly string[];
}
