import * as z from 'zod';
import { planRestoreJob } from '../restore/plan-restore-job.ts';
import { type Answer, argumentsOf } from './request-context.ts';

const schema = z.strictObject({ job_id: z.number().int(), dump_uuid: z.uuid().optional() });

/** The plan of a restore job, as PlanReport describes it. */
export const answerPlanRestore: Answer = async (context) => {
  const { job_id: jobId, dump_uuid: dumpUuid = null } = argumentsOf(context, schema);
  return planRestoreJob(context.session.worker, jobId, { dumpUuid });
};
