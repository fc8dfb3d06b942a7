import { discover } from '../discovery/discover.ts';
import { readConfiguration } from '../run/refresh-configuration.ts';
import type { Answer } from './request-context.ts';

/** Looks for new and vanished databases now, on the instances that the catalog names now. */
export const answerDiscover: Answer = ({ session, withCatalog }) =>
  withCatalog(async (catalog) => {
    await readConfiguration(session, catalog);
    return { instances: await discover(session, catalog) };
  });
