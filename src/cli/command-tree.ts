import type { Command } from 'commander';
import { type Action, createContext } from './context.ts';
import { globalOptions } from './global-options.ts';
import type { Surroundings } from './output/streams.ts';

export interface TreeSettings {
  around: Surroundings;
  onExitCode(code: number): void;
}

/** Adds one noun with its verbs to the program. */
export type NounBuilder = (program: Command, settings: TreeSettings) => void;

/** Starts a noun; `addVerb` gives it its verbs. */
export function addNoun(program: Command, name: string, description: string): Command {
  return program.command(name).description(description);
}

/**
 * Adds a verb (or a command without one, such as demo). `spec` is its name and arguments, as commander writes them:
 * `show <id>`. Options are added to the returned command; their values reach the action as they are parsed.
 */
export function addVerb<Options extends object>(
  parent: Command,
  settings: TreeSettings,
  spec: string,
  description: string,
  action: Action<Options>,
): Command {
  const command = parent.command(spec).description(description);
  return command.action(async () => {
    const context = createContext(settings.around, globalOptions(command));
    const code = await action(context, command.args, command.opts<Options>());
    if (typeof code === 'number') settings.onExitCode(code);
  });
}
