export { catalogConnection } from './catalog-connection.ts';
export { describeConnection } from './describe-connection.ts';
export { instanceConnection } from './instance-connection.ts';
export { conninfoValue, libpqEnvironment } from './libpq-environment.ts';
export type { ConnectionSettings } from './settings.ts';
export type { ConnectionSources } from './sources.ts';
