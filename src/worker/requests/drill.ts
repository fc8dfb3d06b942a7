import * as z from 'zod';
import { findDump } from '../../sql/catalog/dumps.ts';
import { verifyNow } from '../verify/verify-now.ts';
import { type Answer, argumentsOf, instanceOfRequest, orNull } from './request-context.ts';

const schema = z.strictObject({ dump_uuid: z.uuid(), instance_id: z.number().int() });

/** Restores a dump into a scratch database and compares, as `dump verify --level 4`. */
export const answerDrill: Answer = async (context) => {
  const { dump_uuid: uuid, instance_id: instanceId } = argumentsOf(context, schema);
  const instance = await instanceOfRequest(context, instanceId);
  const dump = await orNull(context.withCatalog((catalog) => findDump(catalog, uuid)));
  const { session, signal } = context;
  const manifestSha256 = dump?.manifest_sha256 ?? null;
  return verifyNow(session.worker, { uuid, level: 4, instance, manifestSha256, signal });
};
