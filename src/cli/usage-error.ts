import type { Command, CommanderError } from 'commander';
import { PgSnapManError } from '../core/errors.ts';

/** Turns commander's report of wrong arguments into our own: one sentence in lower case, and a hint. */
export function usageError(error: CommanderError, program: Command, argv: readonly string[]): PgSnapManError {
  const command = commandOf(program, argv);
  const path = pathOf(command).join(' ');
  const help = `see ${path} --help`;
  if (error.code === 'commander.help') {
    const verbs = command.commands.map((verb) => verb.name()).filter((name) => name !== 'help');
    return new PgSnapManError('usage', `${path} needs a verb`, `one of ${verbs.join(', ')}; ${help}`);
  }
  // "error: option '--x <y>' argument 'z' is invalid. Allowed choices are a, b.\n(Did you mean …?)"
  const [report = '', suggestion = ''] = error.message.replace(/^error: /, '').split('\n');
  const [sentence = '', ...explanation] = report.replace(/\.$/, '').split('. ');
  const meant = /^\(Did you mean (.*)\?\)$/.exec(suggestion)?.[1];
  const hint = meant === undefined ? explanation.join(', ') : `did you mean ${meant}?`;
  return new PgSnapManError('usage', sentence, hint === '' ? help : `${lowerFirst(hint)}${meant ? '' : ';'} ${help}`);
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** The command that the arguments lead to, as far as its words are known. */
function commandOf(program: Command, argv: readonly string[]): Command {
  let command = program;
  for (const word of argv) {
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (next !== undefined) command = next;
  }
  return command;
}

function pathOf(command: Command): string[] {
  return command.parent === null ? [command.name()] : [...pathOf(command.parent), command.name()];
}
