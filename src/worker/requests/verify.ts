import * as z from 'zod';
import { findDump } from '../../sql/catalog/dumps.ts';
import { verifyNow } from '../verify/verify-now.ts';
import { type Answer, argumentsOf, orNull } from './request-context.ts';

const schema = z.strictObject({
  dump_uuid: z.uuid(),
  level: z.union([z.literal(2), z.literal(3)]).default(3),
});

/** Verifies a dump now, as `dump verify`. */
export const answerVerify: Answer = async (context) => {
  const { dump_uuid: uuid, level } = argumentsOf(context, schema);
  const dump = await orNull(context.withCatalog((catalog) => findDump(catalog, uuid)));
  const { session, signal } = context;
  return verifyNow(session.worker, { uuid, level, manifestSha256: dump?.manifest_sha256 ?? null, signal });
};
