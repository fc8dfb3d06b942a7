import { type Answer, notSupported } from './request-context.ts';

export const answerUndo: Answer = async () => {
  throw notSupported('undo');
};
