import { type Command, Option } from 'commander';

export interface GlobalOptions {
  config?: string;
  json: boolean;
  color: boolean;
  yes: boolean;
  quiet: boolean;
  verbose: boolean;
}

/** As commander calls them among the options of a verb. */
export const GLOBAL_OPTIONS: readonly string[] = ['config', 'json', 'color', 'yes', 'quiet', 'verbose'];

const GROUP = 'Global options:';

/**
 * Adds the global options to a command and all below it, after their own: they may stand before and after noun and verb.
 */
export function addGlobalOptions(command: Command): void {
  const add = (flags: string, description: string): Command =>
    command.addOption(new Option(flags, description).helpGroup(GROUP));
  add('--config <file>', 'configuration file');
  add('--json', 'print JSON; errors too, on standard error');
  add('--no-color', 'no colours');
  add('--yes', 'ask no questions');
  add('--quiet', 'no progress, no notes, no heading of tab-separated lists');
  add('--verbose', 'say more; stack traces of bugs');
  command.helpOption('-h, --help', 'show help');
  for (const below of command.commands) addGlobalOptions(below);
}

/** What was said at any level from the program down to this command; the innermost --config wins. */
export function globalOptions(command: Command): GlobalOptions {
  const levels: Record<string, unknown>[] = [];
  for (let level: Command | null = command; level !== null; level = level.parent) levels.push(level.opts());
  const config = levels.map((level) => level.config).find((value) => typeof value === 'string');
  const any = (name: string): boolean => levels.some((level) => level[name] === true);
  return {
    ...(typeof config === 'string' ? { config } : {}),
    json: any('json'),
    color: levels.every((level) => level.color !== false),
    yes: any('yes'),
    quiet: any('quiet'),
    verbose: any('verbose'),
  };
}
