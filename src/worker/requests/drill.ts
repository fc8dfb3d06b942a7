import { type Answer, notSupported } from './request-context.ts';

export const answerDrill: Answer = async () => {
  throw notSupported('drill');
};
