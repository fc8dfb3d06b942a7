import type { ScriptText } from '../../core/model/configuration.ts';
import type { ScriptAnswer } from '../../core/model/request.ts';
import { interpreterOf } from '../../core/script/shebang.ts';
import { refuseScript, type ScriptRules } from './refuse-script.ts';

/** Whether a worker with these rules runs a script, and as what. */
export async function askForScript({ name, sha256, code }: ScriptText, rules: ScriptRules): Promise<ScriptAnswer> {
  const reason = await refuseScript({ name, sha256, code }, rules);
  return { name, sha256, allowed: reason === null, reason, interpreter: interpreterOf(code) };
}
