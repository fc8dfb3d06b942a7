import { type Command, KEY_GROUPS, type KeyContext, type KeyGroup } from './command.ts';
import { COMMANDS } from './commands.ts';
import { DIGITS, keyLabel } from './key-name.ts';

interface HelpEntry {
  keys: string;
  help: string;
}

export interface HelpGroup {
  title: KeyGroup;
  entries: readonly HelpEntry[];
}

/** `Enter 1-9`: the nine digits are told as one. */
const keysText = ({ keys }: Command): string =>
  keys.map(keyLabel).join(' ').replace(DIGITS.join(' '), `${DIGITS[0]}-${DIGITS[8]}`);

/** Every key once, in groups; the same for the help screen and the documentation. */
export function helpGroups(): HelpGroup[] {
  return KEY_GROUPS.map((title) => ({
    title,
    entries: (COMMANDS as readonly Command[])
      .filter((command) => command.group === title)
      .map((command) => ({
        keys: keysText(command),
        help: command.instead === undefined ? command.help : `${command.help}: not here yet, use ${command.instead}`,
      })),
  }));
}

export interface Hint {
  key: string;
  text: string;
}

/** What the bottom line hints at, the most useful first. `usable` says what can be done where we are. */
export function hintsFor(context: KeyContext, usable: (command: Command) => boolean): Hint[] {
  return (COMMANDS as readonly Command[])
    .filter((command) => command.hint !== undefined && command.contexts.includes(context) && usable(command))
    .sort((a, b) => (a.hintOrder ?? 99) - (b.hintOrder ?? 99))
    .map((command) => ({ key: keyLabel(command.keys[0] ?? ''), text: command.hint ?? '' }));
}
