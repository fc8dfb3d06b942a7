import { type Answer, notSupported } from './request-context.ts';

export const answerClean: Answer = async () => {
  throw notSupported('clean');
};
