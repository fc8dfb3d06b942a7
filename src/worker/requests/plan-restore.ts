import { type Answer, notSupported } from './request-context.ts';

export const answerPlanRestore: Answer = async () => {
  throw notSupported('plan_restore');
};
