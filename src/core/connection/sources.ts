/** Where libpq would look for what a URL or an instance does not say. */
export interface ConnectionSources {
  env: Readonly<Record<string, string | undefined>>;
  /** Name of the operating system account: the user to log in as if nobody says otherwise. */
  account: string;
  /** Contents of the connection service files, in order of precedence. */
  serviceFiles: readonly string[];
  /** What `local` means where nothing else says so; default: /var/run/postgresql. */
  defaultHost?: string;
}
