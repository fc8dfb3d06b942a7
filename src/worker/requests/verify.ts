import { type Answer, notSupported } from './request-context.ts';

export const answerVerify: Answer = async () => {
  throw notSupported('verify');
};
