import { type Answer, notSupported } from './request-context.ts';

export const answerScriptAllowed: Answer = async () => {
  throw notSupported('script_allowed');
};
