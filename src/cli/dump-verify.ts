import { EXIT_CODES, PgSnapManError } from '../core/errors.ts';
import { type Instance, instanceSchema } from '../core/model/configuration.ts';
import { verifyAnswerSchema } from '../core/model/verify-answer.ts';
import type { DumpRow } from '../sql/catalog/dumps.ts';
import { askWorker, leaveQuestion } from './ask-worker.ts';
import type { Context } from './context.ts';
import { runWithProgress } from './run-with-progress.ts';
import { workerHere } from './worker-here.ts';

export interface VerifyOptions {
  level: '2' | '3' | '4';
  /** Instance for the scratch database. */
  on?: string;
  wait: boolean;
}

const PROVEN: Readonly<Record<number, string>> = {
  2: 'every byte was read back and is what was stored',
  3: 'pg_restore reads all of it',
  4: 'restored and compared: it holds what was dumped',
};

/** `dump verify`: here, or on the worker that has the dump; gives the exit code. */
export async function verifyDumpOf(
  context: Context,
  [reference = '']: readonly string[],
  options: VerifyOptions,
): Promise<number> {
  if ((options.level === '4') !== (options.on !== undefined)) {
    throw new PgSnapManError(
      'usage',
      options.on === undefined ? 'level 4 needs an instance' : '--on is for level 4',
      '--level 4 --on INSTANCE restores the dump there into a scratch database and compares',
    );
  }
  const { findDump } = await import('../sql/catalog/dumps.ts');
  const { findInstance } = await import('../sql/catalog/instances.ts');
  const { dump, instance } = await context.withCatalog(async (catalog) => ({
    dump: await findDump(catalog, reference),
    instance: options.on === undefined ? null : instanceSchema.parse(await findInstance(catalog, options.on)),
  }));
  if (dump.state !== 'available') {
    throw new PgSnapManError('usage', `dump ${dump.id} is not there to be verified`, '`pgsnapman dump show` says why');
  }
  const answer = await hereOrThere(context, dump, instance, options);
  if (answer === null) return 0;
  const { verification_failed, verified_level } = answer;
  const text =
    verification_failed === null
      ? `dump ${dump.id}: ${PROVEN[verified_level]}`
      : `dump ${dump.id} failed its verification: ${verification_failed}`;
  context.output.result(text, { id: dump.id, ...answer });
  return verification_failed === null ? 0 : EXIT_CODES.check_failed;
}

async function hereOrThere(context: Context, dump: DumpRow, instance: Instance | null, options: VerifyOptions) {
  const worker = options.wait ? await workerHere(context, dump.worker_name) : null;
  if (worker === null) return there(context, dump, instance?.id ?? null, options);
  const { verifyNow } = await import('../worker/verify/verify-now.ts');
  try {
    return await runWithProgress(context, `dump ${dump.id}`, (progress) =>
      verifyNow(worker, {
        uuid: dump.uuid,
        level: Number(options.level) as 2 | 3 | 4,
        manifestSha256: dump.manifest_sha256,
        ...(instance === null ? {} : { instance }),
        ...progress,
      }),
    );
  } finally {
    await worker.close();
  }
}

async function there(context: Context, dump: DumpRow, instanceId: number | null, { level, wait }: VerifyOptions) {
  const { findWorker } = await import('../sql/catalog/workers.ts');
  return context.withCatalog(async (catalog) => {
    if (dump.worker_id === null) {
      throw new PgSnapManError('configuration', `the worker of dump ${dump.id} is gone`, 'see `pgsnapman dump adopt`');
    }
    const worker = await findWorker(catalog, dump.worker_id);
    const subject = `verification of dump ${dump.id}`;
    const more = instanceId === null ? {} : { instance_id: instanceId };
    const question = {
      worker,
      subject,
      kind: level === '4' ? 'drill' : 'verify',
      arguments: { dump_uuid: dump.uuid, ...(level === '4' ? {} : { level: Number(level) }), ...more },
    } as const;
    if (wait) return verifyAnswerSchema.parse(await askWorker(context, catalog, question));
    const request = await leaveQuestion(context, catalog, question);
    context.output.result(`worker ${worker.name} was asked: request ${request.id}`, request);
    return null;
  });
}
