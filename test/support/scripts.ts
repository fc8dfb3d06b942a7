import { createHash } from 'node:crypto';
import type { ScriptText } from '../../src/core/model/configuration.ts';

/** A script as a job carries it. */
export function scriptText(name: string, code: string): ScriptText {
  return { name, code, sha256: createHash('sha256').update(code).digest('hex') };
}

/** The same, for sh. */
export const shellScript = (name: string, lines: string): ScriptText => scriptText(name, `#!/bin/sh\n${lines}\n`);
