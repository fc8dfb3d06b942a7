import { ACTION_COMMANDS } from './action-commands.ts';
import type { Command, KeyContext } from './command.ts';
import { LIST_COMMANDS } from './list-commands.ts';
import { MOVING_COMMANDS } from './moving-commands.ts';
import { PROGRAM_COMMANDS, SCREEN_COMMANDS } from './screen-commands.ts';
import { TYPING_COMMANDS } from './typing-commands.ts';

/** The registry of all keys: help, hints, documentation and dispatcher know no others. */
export const COMMANDS = [
  ...SCREEN_COMMANDS,
  ...MOVING_COMMANDS,
  ...LIST_COMMANDS,
  ...ACTION_COMMANDS,
  ...PROGRAM_COMMANDS,
  ...TYPING_COMMANDS,
] as const satisfies readonly Command[];

export type CommandId = (typeof COMMANDS)[number]['id'];
export type KnownCommand = Command & { id: CommandId };

/** The command of a key; null: it means nothing here. */
export function commandFor(key: string, context: KeyContext): KnownCommand | null {
  return (
    (COMMANDS as readonly KnownCommand[]).find(
      ({ keys, contexts }) => keys.includes(key) && contexts.includes(context),
    ) ?? null
  );
}
