import { examine } from '../doctor/doctor.ts';
import type { Answer } from './request-context.ts';

/** What `worker doctor` says there. */
export const answerDoctor: Answer = async ({ session }) => ({ findings: await examine(session.worker.configuration) });
