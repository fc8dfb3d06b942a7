import { PgSnapManError } from '../core/errors.ts';
import { plain } from '../core/text/plain.ts';
import type { Context } from './context.ts';

/**
 * To be called first by every verb that destroys something: where nobody can be asked, it takes `--yes`, and says so
 * before anything is looked up. @throws PgSnapManError usage
 */
export function requireConfirmation({ options, around }: Context): void {
  if (options.yes || canAsk(around)) return;
  throw new PgSnapManError(
    'usage',
    'this needs a confirmation, and nobody can be asked here',
    'add --yes if you mean it',
  );
}

/** Asks, unless `--yes` was given. @throws PgSnapManError cancelled for any other answer than yes */
export async function confirm({ options, around }: Context, question: string): Promise<void> {
  if (options.yes) return;
  const answer = await around.ask(`${plain(question)} [y/N] `);
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw new PgSnapManError('cancelled', 'nothing was changed', 'answer y, or add --yes');
}

function canAsk({ stdinIsTerminal, stderr }: Context['around']): boolean {
  return stdinIsTerminal && stderr.isTTY === true;
}
